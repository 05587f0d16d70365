package io.imagetransformer.pipeline;

import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.imagetransformer.KafkaImageTransformer;
import io.imagetransformer.sandbox.Mnist;
import io.imagetransformer.sandbox.PredictorBehaviour;

import static org.assertj.core.api.Assertions.assertThat;

/** {@code http.batch-wait} in an outage, in a stop, and with many at once. */
class RequestsThatShareCallsSurviveTheirNeighboursTest {
    private static final int MOST = 12;

    private static Stack stack;
    private static Map<String, String> settings;
    private static KafkaImageTransformer program;
    private static Clients clients;

    @BeforeAll
    static void startProgram() {
        stack = Stack.start();
        settings = new HashMap<>(stack.httpOnly());
        settings.put("http.batch-wait", "1s");
        settings.put("http.request-timeout", "3s");
        settings.put("predictor.max-instances", String.valueOf(MOST));
        program = stack.startProgram(settings);
        clients = new Clients(stack, new Door(program.httpPort()));
        IntStream.range(0, MOST).forEach(i -> stack.upload(i + ".png", Mnist.png(i)));
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
        stack.s3.observe(call -> {});
    }

    @Test
    void anOutageIsToldToEach() {
        // Given
        stack.predictor.behave(PredictorBehaviour.failing(503, "loading"));

        // When
        List<HttpResponse<String>> responses = clients.together(4, i -> Map.of());

        // Then
        assertThat(stack.predictor.batches()).startsWith(4);
        assertThat(responses).allSatisfy(response -> {
            assertThat(response.statusCode()).isEqualTo(503);
            assertThat(response.headers().firstValue("retry-after")).isPresent();
        });
    }

    @Test
    void anOutageOfASecondIsWaitedOutByEach() {
        // Given
        stack.predictor.behave(
                PredictorBehaviour.firstly(1, PredictorBehaviour.failing(503, "loading"), PredictorBehaviour.real()));

        // When
        List<HttpResponse<String>> responses = clients.together(4, i -> Map.of());

        // Then
        assertThat(responses)
                .allSatisfy(response -> assertThat(response.statusCode()).isEqualTo(200));
    }

    @Test
    void aStopLetsThoseWhoShareACallFinish() throws Exception {
        // Given
        KafkaImageTransformer other = stack.startProgram(settings);
        CountDownLatch asked = new CountDownLatch(1);
        stack.predictor.behave(call -> {
            asked.countDown();
            return PredictorBehaviour.slow(Duration.ofMillis(300)).answer(call);
        });
        List<CompletableFuture<HttpResponse<String>>> inHand =
                new Clients(stack, new Door(other.httpPort())).send(MOST, i -> Map.of());
        asked.await();

        // When
        other.close();

        // Then
        for (CompletableFuture<HttpResponse<String>> one : inHand) {
            assertThat(one.get().statusCode()).as(one.get().body()).isEqualTo(200);
        }
        assertThat(stack.predictor.batches()).containsExactly(MOST);
    }

    @Test
    void manyClientsAreNeverMixed() throws Exception {
        // Given
        int count = 64;
        int each = 5;
        Queue<String> wrong = new ConcurrentLinkedQueue<>();
        List<Future<?>> running = new ArrayList<>();
        ExecutorService threads = Executors.newFixedThreadPool(count);

        // When
        for (int client = 0; client < count; client++) {
            int first = 1_000 + client * each;
            running.add(threads.submit(() -> {
                for (int image = first; image < first + each; image++) {
                    HttpResponse<String> response = clients.filedPicture(image, "?key=many/" + image + ".png");
                    if (Clients.label(response) != Mnist.label(image)) {
                        wrong.add(image + ": " + response.body());
                    }
                }
            }));
        }
        for (Future<?> client : running) {
            client.get();
        }
        threads.shutdown();

        // Then
        assertThat(wrong).isEmpty();
        List<String> expected = IntStream.range(1_000, 1_000 + count * each)
                .mapToObj(image -> Mnist.label(image) + "/many/" + image + ".png")
                .toList();
        assertThat(stack.filed().stream().filter(key -> key.contains("/many/")))
                .containsExactlyInAnyOrderElementsOf(expected);
        assertThat(stack.predictor.requests()).isLessThan(expected.size());
    }
}
