package io.imagetransformer.packaged;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.imagetransformer.bench.HttpLoad;
import io.imagetransformer.pipeline.Door;
import io.imagetransformer.pipeline.Stack;
import io.imagetransformer.sandbox.EmbeddedPredictor;
import io.imagetransformer.sandbox.LoopbackPorts;
import io.imagetransformer.sandbox.Mnist;
import io.imagetransformer.sandbox.PredictorBehaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The distribution as the transformer container of an {@code InferenceService}: started with what KServe's controller
 * appends and what a user writes into {@code env}; our own client plays KServe's router, Knative's KafkaSource and a
 * person.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Order(1)
class InKServesPlaceIT {
    private static final String PREDICT = "/v1/models/mnist:predict";
    private static final int CLIENTS = 64;
    private static final int REQUESTS = 10_000;

    private static Stack stack;
    private static PackagedProgram program;
    private static Door door;
    private static int port;
    private static int managementPort;

    @BeforeAll
    static void start() {
        stack = Stack.start();
        port = LoopbackPorts.free();
        managementPort = LoopbackPorts.free();
        Map<String, String> env = new HashMap<>(stack.settings());
        List.of("kafka.brokers", "events.topic", "events.group", "predictor.host", "http.enabled")
                .forEach(env::remove);
        env.put("kafka.enabled", "false");
        env.put("output.key", "digit-{label}/{key}");
        env.put("management.enabled", "true");
        env.put("management.port", String.valueOf(managementPort));
        program = PackagedProgram.start(
                PackagedProgram.DISTRIBUTION,
                env,
                "--model_name",
                "mnist",
                "--predictor_host",
                stack.predictor.hostPort(),
                "--http_port",
                String.valueOf(port),
                "--predictor_protocol",
                "v1");
        door = new Door(port);
        program.awaitReady();
    }

    @AfterAll
    static void stop() {
        program.close();
        stack.close();
    }

    @BeforeEach
    void heal() {
        stack.predictor.behave(PredictorBehaviour.real());
        stack.predictor.forget();
    }

    private static String event(String key, int size) {
        return "{\"EventName\":\"s3:ObjectCreated:Put\",\"Key\":\"mnist/" + key
                + "\",\"Records\":[{\"eventVersion\":\"2.0\","
                + "\"eventSource\":\"minio:s3\",\"eventTime\":\"2026-11-22T08:55:07.400Z\",\"eventName\":"
                + "\"s3:ObjectCreated:Put\",\"s3\":{\"bucket\":{\"name\":\"mnist\"},\"object\":{\"key\":\""
                + key.replace("/", "%2F") + "\",\"size\":" + size + "}}}]}";
    }

    @ParameterizedTest
    @Order(1)
    @CsvSource(
            delimiter = '|',
            value = {
                "/                       | {\"status\":\"alive\"}",
                "/v1/models              | {\"models\":[\"mnist\"]}",
                "/v2/models              | {\"models\":[\"mnist\"]}",
                "/v1/models/mnist        | {\"name\":\"mnist\",\"ready\":true}",
                "/v2/models/mnist/ready  | {\"name\":\"mnist\",\"ready\":true}",
                "/v2/health/live         | {\"live\":true}",
                "/v2/health/ready        | {\"ready\":true}",
            })
    void theRoutersQuestionsAreAnswered(String path, String body) {
        // Given a start that is done

        // When
        HttpResponse<String> response = door.get(path);

        // Then
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).isEqualTo(body);
        assertThat(response.headers().firstValue("content-type")).contains("application/json");
    }

    @Test
    @Order(1)
    void aRecordFromKafkaSourceIsAnsweredWithACloudEventAndFiledWhereTheSampleFilesIt() {
        // Given
        stack.upload("sample/0.png", Mnist.png(0));

        // When
        HttpResponse<String> response = door.post(PREDICT, event("sample/0.png", 922), Door.KAFKA_SOURCE);

        // Then
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        assertThat(response.headers().firstValue("ce-type")).contains("io.kserve.inference.response");
        assertThat(Door.json(response)
                        .path("predictions")
                        .get(0)
                        .path("classes")
                        .asInt())
                .isEqualTo(Mnist.label(0));
        assertThat(stack.filed()).contains("digit-" + Mnist.label(0) + "/sample/0.png");
    }

    @Test
    @Order(1)
    void aPersonTriesAPicture() {
        // Given
        byte[] picture = Mnist.png(1);

        // When
        HttpResponse<String> response = door.post(PREDICT, picture, Map.of("Content-Type", "image/png"));

        // Then
        assertThat(Door.json(response)
                        .path("predictions")
                        .get(0)
                        .path("classes")
                        .asInt())
                .isEqualTo(Mnist.label(1));
    }

    @Test
    @Order(1)
    void metricsAreAtBothDoors() {
        // Given
        Door management = new Door(managementPort);

        // When
        HttpResponse<String> ours = management.get("/observe/metrics");
        HttpResponse<String> kserves = door.get("/metrics");

        // Then
        assertThat(ours.body()).contains("image_transformer_away 0.0");
        assertThat(kserves.body()).contains("image_transformer_away 0.0");
    }

    @Test
    @Order(2)
    void aPredictorThatIsAwayMakesItUnreadyButNotDead() throws IOException {
        // Given
        Door management = new Door(managementPort);
        assertThat(management.get("/observe/health/ready").statusCode()).isEqualTo(200);
        int predictorsPort = Integer.parseInt(stack.predictor.hostPort().split(":")[1]);

        // When
        stack.predictor.close();

        // Then
        await("unready").atMost(Duration.ofSeconds(20)).untilAsserted(() -> assertThat(
                        door.get("/v1/models/mnist").statusCode())
                .isEqualTo(503));
        assertThat(door.get("/v1/models/mnist").body()).contains("cannot be reached");
        assertThat(management.get("/observe/health/ready").statusCode()).isEqualTo(503);
        assertThat(management.get("/observe/health/ready").body()).contains("DOWN");
        assertThat(management.get("/observe/health/live").statusCode()).isEqualTo(200);
        assertThat(door.get("/v2/health/live").statusCode()).isEqualTo(200);
        try (EmbeddedPredictor again = EmbeddedPredictor.start(predictorsPort, "mnist")) {
            await("ready again").atMost(Duration.ofSeconds(20)).untilAsserted(() -> assertThat(
                            door.get("/v1/models/mnist").statusCode())
                    .isEqualTo(200));
        }
    }

    /** Two requests at once are mixed up by the sample: 31 of 32 images are never filed there. */
    @Test
    @Order(1)
    void everyAnswerOfManyBelongsToItsRequest() throws Exception {
        // Given
        HttpLoad load = new HttpLoad(REQUESTS, CLIENTS);
        load.standBehind(stack.s3, stack.predictor);

        // When
        HttpLoad.Result result = load.run(port, stack.predictor);

        // Then
        stack.s3.generate(null);
        System.out.println(result);
        assertThat(result.mistakes()).isEmpty();
    }
}
