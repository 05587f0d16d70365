package io.imagetransformer.pipeline;

import java.net.http.HttpResponse;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.imagetransformer.KafkaImageTransformer;
import io.imagetransformer.sandbox.EmbeddedKafka;
import io.imagetransformer.sandbox.KafkaTopicProbe;
import io.imagetransformer.sandbox.Mnist;
import io.imagetransformer.sandbox.PredictorBehaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Kafka and HTTP in one process, on a broker of its own, which goes away once. */
class BothDoorsAreOpenAtOnceTest {
    private static EmbeddedKafka kafka;
    private static Stack stack;
    private static KafkaImageTransformer program;
    private static Door door;

    @BeforeAll
    static void startProgram() {
        kafka = EmbeddedKafka.start();
        stack = Stack.start(kafka, 1);
        Map<String, String> settings = new HashMap<>(stack.httpOnly());
        settings.put("kafka.enabled", "true");
        settings.put("http.request-timeout", "15s");
        settings.put("results.topic", "both-results");
        kafka.createTopic("both-results", 1);
        program = stack.startProgram(settings);
        door = new Door(program.httpPort());
    }

    @AfterAll
    static void close() {
        program.close();
        stack.close();
        kafka.close();
    }

    @BeforeEach
    void heal() {
        stack.predictor.behave(PredictorBehaviour.real());
        stack.predictor.forget();
    }

    private static String event(String key) {
        return Events.upload(stack.source, key, 922);
    }

    @Test
    void anImageThatComesThroughBothIsFiledOnce() {
        // Given
        String key = "both/0.png";

        // When
        stack.upload(key, Mnist.png(0));
        HttpResponse<String> response = door.predict(event(key));
        stack.awaitAllDone();

        // Then
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        assertThat(stack.filed().stream().filter(copy -> copy.contains("both/")))
                .containsExactly(Mnist.label(0) + "/" + key);
        assertThat(stack.deadLetterReasons()).isEmpty();
        assertThat(stack.predictor.requests()).as("each door asked").isEqualTo(2);
        assertThat(results())
                .as("each door told")
                .filteredOn(("mnist/" + key)::equals)
                .hasSize(2);
    }

    private static List<String> results() {
        return stack.probe().readAll("both-results").stream()
                .map(KafkaTopicProbe::key)
                .toList();
    }

    @Test
    void ofAPictureThatIsOnlyAskedAboutNobodyIsTold() {
        // Given
        Map<String, String> png = Map.of("Content-Type", "image/png");

        // When
        HttpResponse<String> response = door.post("/v1/models/mnist:predict", Mnist.png(1), png);

        // Then
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(results()).noneMatch(key -> key.startsWith("http-request"));
    }

    @Test
    void requestsAreAnsweredWhileABatchOfKafkasIsHeldUp() {
        // Given
        int backlog = 100;
        CountDownLatch release = new CountDownLatch(1);
        stack.predictor.behave(call -> {
            if (call.instances().size() > 1) {
                release.await();
            }
            return call.predict();
        });
        for (int i = 0; i < backlog; i++) {
            stack.s3.put(stack.source, "backlog/" + i + ".png", Mnist.png(i));
        }
        await("the predictor holds up a batch").atMost(Stack.PATIENCE).until(() -> stack.predictor.batches().stream()
                .anyMatch(instances -> instances > 1));
        stack.s3.put(stack.source, "first.png", Mnist.png(200));

        // When
        List<Integer> answers = IntStream.range(0, 10)
                .mapToObj(i -> door.predict(event("first.png")).statusCode())
                .toList();

        // Then
        assertThat(stack.lag()).as("not one event was committed meanwhile").isPositive();
        release.countDown();
        assertThat(answers).hasSize(10).containsOnly(200);
        stack.awaitAllDone();
        assertThat(stack.filed().stream().filter(copy -> copy.contains("backlog/")))
                .containsExactlyInAnyOrderElementsOf(IntStream.range(0, backlog)
                        .mapToObj(i -> Mnist.label(i) + "/backlog/" + i + ".png")
                        .toList());
    }

    @Test
    void aConsumerThatHasLostItsBrokerMakesItUnreadyAndSaysSo() {
        // Given
        await("ready")
                .atMost(Stack.PATIENCE)
                .until(() -> door.get("/v2/health/ready").statusCode() == 200);

        stack.upload("untold.png", Mnist.png(2));
        stack.awaitAllDone();

        // When
        kafka.stop();
        try {
            CompletableFuture<HttpResponse<String>> untold =
                    door.postAsync("/v1/models/mnist:predict", event("untold.png"), Map.of());

            // Then
            await("unready")
                    .atMost(Stack.PATIENCE)
                    .until(() -> door.get("/v2/health/ready").statusCode() == 503);
            assertThat(door.get("/v2/health/ready").body()).contains("Kafka");
            assertThat(door.get("/v2/health/live").statusCode()).isEqualTo(200);
            assertThat(untold.join().statusCode()).isEqualTo(503);
            assertThat(untold.join().headers().firstValue("retry-after")).isPresent();
        } finally {
            kafka.startAgain();
        }
        await("ready again")
                .atMost(Stack.PATIENCE)
                .until(() -> door.get("/v2/health/ready").statusCode() == 200);
    }
}
