package io.imagetransformer.bench;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import javax.imageio.ImageIO;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import nu.pattern.OpenCV;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.core.ResponseBytes;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

import io.imagetransformer.sandbox.EmbeddedKafka;
import io.imagetransformer.sandbox.EmbeddedS3;

import static org.assertj.core.api.Assertions.assertThat;

/** The program that we measure against does the same work as the product. */
class PlainPipelineTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @BeforeAll
    static void loadOpenCv() {
        OpenCV.loadLocally();
    }

    @Test
    @Timeout(value = 120, unit = TimeUnit.SECONDS)
    void eachImageIsFiledUnderItsLabelWithItsMetadataAndTheBatchIsCommitted() throws Exception {
        // Given
        HttpServer predictor = predictorOfBrightness();
        try (EmbeddedKafka kafka = EmbeddedKafka.start();
                EmbeddedS3 s3 = EmbeddedS3.inMemory()
                        .notifying(kafka.bootstrapServers(), "mnist", "mnist")
                        .start();
                S3Client client = s3.client();
                PlainPipeline pipeline = new PlainPipeline(Map.of(
                        "KAFKA_BROKERS", kafka.bootstrapServers(),
                        "EVENTS_GROUP", "ceiling",
                        "S3_ENDPOINT", s3.endpoint().toString(),
                        "S3_ACCESS_KEY", s3.accessKey(),
                        "S3_SECRET_KEY", s3.secretKey(),
                        "PREDICTOR_HOST", "127.0.0.1:" + predictor.getAddress().getPort()))) {
            kafka.createTopic("mnist", 1);
            s3.createBuckets("mnist", "digits");
            for (int digit = 0; digit < 10; digit++) {
                String key = "a b/" + digit + ".png";
                client.putObject(
                        request -> request.bucket("mnist")
                                .key(key)
                                .contentType("image/png")
                                .metadata(Map.of("camera", "left")),
                        RequestBody.fromBytes(picture(digit)));
            }
            s3.flushNotifications();

            // When
            pipeline.run(10);

            // Then
            for (int digit = 0; digit < 10; digit++) {
                String key = digit + "/a b/" + digit + ".png";
                ResponseBytes<GetObjectResponse> filed = client.getObjectAsBytes(
                        request -> request.bucket("digits").key(key));
                assertThat(filed.asByteArray()).isEqualTo(picture(digit));
                assertThat(filed.response().contentType()).isEqualTo("image/png");
                assertThat(filed.response().metadata())
                        .containsEntry("camera", "left")
                        .containsEntry("label", String.valueOf(digit))
                        .containsEntry("source-bucket", "mnist")
                        .containsEntry("source-key", "a+b%2F" + digit + ".png");
            }
            assertThat(kafka.probe().lag("ceiling", "mnist")).isZero();
        } finally {
            predictor.stop(0);
        }
    }

    /** An evenly grey picture, the darker the higher the digit. */
    private static byte[] picture(int digit) throws IOException {
        BufferedImage image = new BufferedImage(40, 40, BufferedImage.TYPE_BYTE_GRAY);
        for (int y = 0; y < 40; y++) {
            for (int x = 0; x < 40; x++) {
                image.getRaster().setSample(x, y, 0, 255 - 25 * digit);
            }
        }
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(image, "png", png);
        return png.toByteArray();
    }

    /** Takes the last value of an instance, which is the inverted grey, for the digit. */
    private static HttpServer predictorOfBrightness() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/v1/models/mnist:predict", PlainPipelineTest::predict);
        server.start();
        return server;
    }

    private static void predict(HttpExchange exchange) throws IOException {
        ObjectNode answer = JSON.createObjectNode();
        ArrayNode predictions = answer.putArray("predictions");
        try (InputStream body = exchange.getRequestBody()) {
            for (JsonNode instance : JSON.readTree(body).path("instances")) {
                long digit = Math.round(instance.get(783).asDouble() * 255 / 25);
                ArrayNode probabilities = predictions.addArray();
                for (int label = 0; label < 10; label++) {
                    probabilities.add(label == digit ? 0.91 : 0.01);
                }
            }
        }
        byte[] bytes = JSON.writeValueAsBytes(answer);
        exchange.sendResponseHeaders(200, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }
}
