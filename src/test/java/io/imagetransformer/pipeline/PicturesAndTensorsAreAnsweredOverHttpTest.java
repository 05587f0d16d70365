package io.imagetransformer.pipeline;

import java.io.ByteArrayOutputStream;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.imagetransformer.KafkaImageTransformer;
import io.imagetransformer.sandbox.Mnist;
import io.imagetransformer.sandbox.PredictorBehaviour;

import static org.assertj.core.api.Assertions.assertThat;

/** The other things that a request may bring: a picture itself, V2's tensors; and KServe's {@code CE_*}. */
class PicturesAndTensorsAreAnsweredOverHttpTest {
    private static final String PREDICT = "/v1/models/mnist:predict";
    private static final String INFER = "/v2/models/mnist/infer";
    private static final Map<String, String> PNG = Map.of("Content-Type", "image/png");

    private static Stack stack;
    private static KafkaImageTransformer program;
    private static Door door;

    @BeforeAll
    static void startProgram() {
        stack = Stack.start();
        Map<String, String> settings = new HashMap<>(stack.httpOnly());
        settings.put("ce.type", "com.example.classified");
        settings.put("ce.source", "/shop");
        settings.put("ce.merge", "True");
        settings.put("http.forward-headers", "X-Tenant");
        program = stack.startProgram(settings);
        door = new Door(program.httpPort());
        for (int i = 0; i < 5; i++) {
            stack.upload(i + ".png", Mnist.png(i));
        }
    }

    @AfterAll
    static void close() {
        program.close();
        stack.close();
    }

    @BeforeEach
    void heal() {
        stack.predictor.behave(PredictorBehaviour.real());
        stack.predictor.forget();
    }

    private static String event(int image) {
        return Events.upload(stack.source, image + ".png", 922);
    }

    @Test
    void aPictureIsPredictedAndNotFiled() {
        // Given
        byte[] picture = Mnist.png(11);
        List<String> before = stack.filed();

        // When
        HttpResponse<String> response = door.post(PREDICT, picture, PNG);

        // Then
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        assertThat(Door.json(response)
                        .path("predictions")
                        .get(0)
                        .path("classes")
                        .asInt())
                .isEqualTo(Mnist.label(11));
        assertThat(stack.filed()).isEqualTo(before);
    }

    @Test
    void aPictureIsFiledWhereAKeyIsGiven() {
        // Given
        byte[] picture = Mnist.png(12);

        // When
        HttpResponse<String> response = door.post(PREDICT + "?key=scans%2F%24%7Bx%7D%26.png", picture, PNG);

        // Then
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        String copy = Mnist.label(12) + "/scans/${x}&.png";
        assertThat(stack.object(stack.output, copy)).isEqualTo(picture);
        assertThat(stack.head(stack.output, copy).contentType()).isEqualTo("image/png");
    }

    @Test
    void aKeyThatIsNoneIsRefused() {
        // Given
        byte[] picture = Mnist.png(12);

        // When
        HttpResponse<String> response = door.post(PREDICT + "?key=a%00b", picture, PNG);

        // Then
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(stack.predictor.requests()).isZero();
    }

    @Test
    void whatIsNoPictureIsRefusedWithItsReason() {
        // Given
        byte[] text = "no picture".getBytes(StandardCharsets.UTF_8);

        // When
        HttpResponse<String> response = door.post(PREDICT, text, PNG);

        // Then
        assertThat(response.statusCode()).isEqualTo(422);
        assertThat(Door.json(response).path("error").asText()).startsWith("not-an-image");
        assertThat(stack.predictor.requests()).isZero();
    }

    @Test
    void aPictureThatIsPredictedAgainAfterARefusalIsStillThere() {
        // Given
        stack.predictor.behave(
                PredictorBehaviour.firstly(1, PredictorBehaviour.failing(503, "loading"), PredictorBehaviour.real()));

        // When
        HttpResponse<String> response = door.post(PREDICT, Mnist.png(13), PNG);

        // Then
        assertThat(Door.json(response)
                        .path("predictions")
                        .get(0)
                        .path("classes")
                        .asInt())
                .isEqualTo(Mnist.label(13));
    }

    @Test
    void eventsMayBeElementsOfATensor() throws Exception {
        // Given
        String request =
                "{\"id\":\"r-7\",\"inputs\":[{\"name\":\"events\",\"shape\":[2],\"datatype\":\"BYTES\",\"data\":["
                        + quoted(event(1)) + "," + quoted(event(2)) + "]}]}";

        // When
        HttpResponse<String> response = door.post(INFER, request, Map.of("Content-Type", "application/json"));

        // Then
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        assertIsInferenceOf(Door.json(response), 1, 2);
        assertThat(Door.json(response).path("id").asText()).isEqualTo("r-7");
        assertThat(stack.filed()).contains(Mnist.label(1) + "/1.png", Mnist.label(2) + "/2.png");
    }

    @Test
    void theTensorMayBeBinary() {
        // Given
        ByteArrayOutputStream tensor = new ByteArrayOutputStream();
        for (int image : new int[] {3, 4}) {
            byte[] event = event(image).getBytes(StandardCharsets.UTF_8);
            tensor.writeBytes(ByteBuffer.allocate(4)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putInt(event.length)
                    .array());
            tensor.writeBytes(event);
        }
        byte[] json = ("{\"inputs\":[{\"name\":\"events\",\"shape\":[2],\"datatype\":\"BYTES\",\"parameters\":"
                        + "{\"binary_data_size\":" + tensor.size() + "}}]}")
                .getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.writeBytes(json);
        body.writeBytes(tensor.toByteArray());

        // When
        HttpResponse<String> response = door.post(
                INFER, body.toByteArray(), Map.of("Inference-Header-Content-Length", String.valueOf(json.length)));

        // Then
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        assertIsInferenceOf(Door.json(response), 3, 4);
    }

    private static void assertIsInferenceOf(JsonNode answer, int... images) {
        assertThat(answer.path("model_name").asText()).isEqualTo("mnist");
        JsonNode labels = answer.path("outputs").get(0);
        assertThat(labels.path("name").asText()).isEqualTo("label");
        assertThat(labels.path("datatype").asText()).isEqualTo("BYTES");
        List<String> said = new ArrayList<>();
        labels.path("data").forEach(label -> said.add(label.asText()));
        List<String> expected = new ArrayList<>();
        for (int image : images) {
            expected.add(String.valueOf(Mnist.label(image)));
        }
        assertThat(said).isEqualTo(expected);
        JsonNode probabilities = answer.path("outputs").get(1);
        assertThat(probabilities.path("shape").toString()).isEqualTo("[" + images.length + ",10]");
        assertThat(probabilities.path("data")).hasSize(images.length * 10);
    }

    @Test
    void aTensorOfNumbersIsRefused() {
        // Given
        String request = "{\"inputs\":[{\"name\":\"x\",\"shape\":[1],\"datatype\":\"FP32\",\"data\":[1.0]}]}";

        // When
        HttpResponse<String> response = door.post(INFER, request, Map.of());

        // Then
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(Door.json(response).path("error").asText()).contains("no BYTES tensor");
    }

    @Test
    void aMergedAnswerKeepsTheRequestsAttributesButForFour() {
        // Given
        Map<String, String> request = new HashMap<>(Door.KAFKA_SOURCE);
        request.put("ce-tenant", "Zürich%20AG".replace("ü", "%C3%BC"));

        // When
        HttpResponse<String> response = door.post(PREDICT, event(0), request);

        // Then
        assertThat(response.headers().firstValue("ce-subject")).contains("partition:0#0");
        assertThat(response.headers().firstValue("ce-key")).contains("mnist/0.png");
        assertThat(response.headers().firstValue("ce-tenant")).contains("Z%C3%BCrich%20AG");
        assertThat(response.headers().firstValue("ce-type")).contains("com.example.classified");
        assertThat(response.headers().firstValue("ce-source")).contains("/shop");
        assertThat(response.headers().firstValue("ce-id")).isNotEmpty().get().isNotEqualTo("partition:0/offset:0");
    }

    @Test
    void aStructuredEventIsMergedToo() {
        // Given
        String request =
                "{\"specversion\":\"1.0\",\"id\":\"i\",\"source\":\"/s\",\"type\":\"t\",\"tenant\":\"blue\",\"data\":"
                        + event(0) + "}";

        // When
        HttpResponse<String> response =
                door.post(PREDICT, request, Map.of("Content-Type", "application/cloudevents+json"));

        // Then
        assertThat(response.headers().firstValue("content-type")).contains("application/cloudevents+json");
        JsonNode event = Door.json(response);
        assertThat(event.path("tenant").asText()).isEqualTo("blue");
        assertThat(event.path("type").asText()).isEqualTo("com.example.classified");
        assertThat(event.path("data").path("predictions")).hasSize(1);
    }

    @Test
    void aConfiguredHeaderIsForwardedToo() {
        // Given
        Map<String, String> headers = Map.of("X-Tenant", "blue", "X-Other", "red");

        // When
        door.post(PREDICT, event(0), headers);

        // Then
        var sent = stack.predictor.read().get(0).headers();
        assertThat(sent.getFirst("X-Tenant")).isEqualTo("blue");
        assertThat(sent.getFirst("X-Other")).isNull();
    }

    @Test
    void dashboardsOfKServeFindTheirHistograms() {
        // Given
        List<String> parts = List.of("preprocess", "predict", "postprocess");
        List<Double> before =
                parts.stream().map(part -> metric(part, "count", "")).toList();
        List<Double> fast = parts.stream()
                .map(part -> metric(part, "bucket", ",le=\"0.25\""))
                .toList();
        stack.predictor.behave(PredictorBehaviour.slow(Duration.ofMillis(300)));

        // When
        door.predict(event(0));

        // Then
        for (int i = 0; i < parts.size(); i++) {
            String part = parts.get(i);
            assertThat(metric(part, "count", "")).as(part).isEqualTo(before.get(i) + 1);
            assertThat(metric(part, "bucket", ",le=\"+Inf\"")).as(part).isEqualTo(before.get(i) + 1);
        }
        assertThat(metric("predict", "bucket", ",le=\"0.25\""))
                .as("the predictor's time is in its own histogram")
                .isEqualTo(fast.get(1));
    }

    /** 0 where there is none yet. */
    private static double metric(String part, String of, String label) {
        String begin = "request_" + part + "_seconds_" + of + "{model_name=\"mnist\"" + label + "} ";
        return door.get("/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith(begin))
                .mapToDouble(line -> Double.parseDouble(line.substring(begin.length())))
                .findFirst()
                .orElse(0);
    }

    private static String quoted(String text) {
        return "\"" + text.replace("\"", "\\\"") + "\"";
    }
}
