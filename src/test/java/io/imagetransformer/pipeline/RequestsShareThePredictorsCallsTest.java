package io.imagetransformer.pipeline;

import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
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
import java.util.function.IntFunction;
import java.util.stream.IntStream;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import io.imagetransformer.KafkaImageTransformer;
import io.imagetransformer.config.Settings;
import io.imagetransformer.sandbox.EmbeddedPredictor;
import io.imagetransformer.sandbox.Mnist;
import io.imagetransformer.sandbox.PredictorBehaviour;
import io.imagetransformer.sandbox.S3Call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** {@code http.batch-wait}: requests that come at one time are shown to the predictor together, and kept apart. */
@ParameterizedClass
@EnumSource
class RequestsShareThePredictorsCallsTest {
    private static final String PREDICT = "/v1/models/mnist:predict";
    private static final int MOST = 12;
    private static final int BAD = 5;

    private static Stack stack;
    private static Map<String, String> settings;
    private static KafkaImageTransformer program;
    private static Door door;

    @Parameter
    Settings.Protocol protocol;

    @BeforeParameterizedClassInvocation
    static void startProgram(Settings.Protocol protocol) {
        stack = Stack.start();
        settings = new HashMap<>(stack.settings(protocol));
        settings.putAll(stack.httpOnly());
        settings.put("http.batch-wait", "1s");
        settings.put("http.request-timeout", "4s");
        settings.put("predictor.max-instances", String.valueOf(MOST));
        program = stack.startProgram(settings);
        door = new Door(program.httpPort());
        IntStream.range(0, MOST).forEach(i -> stack.upload(i + ".png", Mnist.png(i)));
    }

    @AfterParameterizedClassInvocation
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
    void eachGetsTheAnswerThatItWouldGetAlone() {
        // Given
        List<String> alone = IntStream.range(0, MOST)
                .mapToObj(i -> door.predict(event(i)).body())
                .toList();
        stack.predictor.forget();

        // When
        List<HttpResponse<String>> responses = together(MOST, i -> Map.of());

        // Then
        assertThat(stack.predictor.batches()).containsExactly(MOST);
        assertThat(responses).extracting(HttpResponse::body).isEqualTo(alone);
        assertThat(stack.filed())
                .containsExactlyInAnyOrderElementsOf(IntStream.range(0, MOST)
                        .mapToObj(i -> Mnist.label(i) + "/" + i + ".png")
                        .toList());
    }

    @Test
    void oneThatThePredictorRefusesConcernsItsOwnRequestAlone() {
        // Given
        stack.predictor.behave(PredictorBehaviour.refusing(400, RequestsShareThePredictorsCallsTest::isBad));

        // When
        List<HttpResponse<String>> responses = together(MOST, i -> Map.of());

        // Then
        assertThat(responses)
                .extracting(HttpResponse::statusCode)
                .containsExactlyElementsOf(IntStream.range(0, MOST)
                        .mapToObj(i -> i == BAD ? 422 : 200)
                        .toList());
        assertThat(responses.get(BAD).body()).contains("predictor-refused");
        assertThat(stack.predictor.batches()).startsWith(MOST).contains(1);
    }

    @Test
    void oneAuthorisationDoesNotGoWithTheImagesOfAnother() {
        // Given
        IntFunction<Map<String, String>> headers =
                i -> Map.of("Authorization", "Bearer " + i % 2, "traceparent", "of-" + i % 2 + "-" + i);

        // When
        List<HttpResponse<String>> responses = together(MOST, headers);

        // Then
        assertThat(responses)
                .allSatisfy(response -> assertThat(response.statusCode()).isEqualTo(200));
        List<EmbeddedPredictor.Request> calls = stack.predictor.read();
        assertThat(calls).extracting(EmbeddedPredictor.Request::instances).containsExactly(MOST / 2, MOST / 2);
        assertThat(calls)
                .extracting(call -> call.headers().getFirst("Authorization"))
                .containsExactlyInAnyOrder("Bearer 0", "Bearer 1");
        assertThat(calls).as("the trace of one of them").allSatisfy(call -> assertThat(
                        call.headers().getFirst("traceparent"))
                .startsWith("of-" + call.headers().getFirst("Authorization").substring("Bearer ".length())));
    }

    @Test
    void picturesShareTooAndAFullCallGoesWhileAnotherHangs() throws Exception {
        // Given
        CountDownLatch release = new CountDownLatch(1);
        stack.predictor.behave(PredictorBehaviour.firstly(
                1,
                call -> {
                    release.await();
                    return call.predict();
                },
                PredictorBehaviour.real()));
        CompletableFuture<HttpResponse<String>> hanging = picture(0);
        await().until(() -> stack.predictor.requests() == 1);

        // When
        List<CompletableFuture<HttpResponse<String>>> pictures =
                IntStream.range(0, MOST).mapToObj(i -> picture(i)).toList();

        // Then
        for (int i = 0; i < MOST; i++) {
            HttpResponse<String> response = pictures.get(i).get();
            assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        }
        release.countDown();
        assertThat(hanging.get().body()).isEqualTo(pictures.get(0).get().body());
        assertThat(stack.predictor.batches()).containsExactly(1, MOST);
    }

    @Test
    void anOutageIsToldToEach() {
        // Given
        stack.predictor.behave(PredictorBehaviour.failing(503, "loading"));

        // When
        List<HttpResponse<String>> responses = together(4, i -> Map.of());

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
        List<HttpResponse<String>> responses = together(4, i -> Map.of());

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
            return PredictorBehaviour.slow(Duration.ofSeconds(1)).answer(call);
        });
        List<CompletableFuture<HttpResponse<String>>> inHand = send(new Door(other.httpPort()), MOST, i -> Map.of());
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
        int clients = 64;
        int each = 6;
        Queue<String> wrong = new ConcurrentLinkedQueue<>();
        List<Future<?>> running = new ArrayList<>();
        ExecutorService threads = Executors.newFixedThreadPool(clients);

        // When
        for (int client = 0; client < clients; client++) {
            int first = 1_000 + client * each;
            running.add(threads.submit(() -> {
                for (int image = first; image < first + each; image++) {
                    HttpResponse<String> response = door.post(
                            PREDICT + "?key=many/" + image + ".png",
                            Mnist.png(image),
                            Map.of("Content-Type", "image/png"));
                    if (response.statusCode() != 200) {
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
        List<String> expected = IntStream.range(1_000, 1_000 + clients * each)
                .mapToObj(image -> Mnist.label(image) + "/many/" + image + ".png")
                .toList();
        List<String> filed =
                stack.filed().stream().filter(key -> key.contains("/many/")).toList();
        assertThat(filed).hasSameSizeAs(expected);
        assertThat(expected.stream().filter(key -> !filed.contains(key)).count())
                .as("the model itself is wrong now and then")
                .isLessThan(expected.size() / 50);
        assertThat(stack.predictor.requests()).isLessThan(expected.size());
        stack.keys(stack.output).stream()
                .filter(key -> key.contains("/many/"))
                .forEach(key -> stack.client.deleteObject(
                        delete -> delete.bucket(stack.output).key(key)));
    }

    /** None of them gets its object before all have asked for theirs. */
    private static List<HttpResponse<String>> together(int requests, IntFunction<Map<String, String>> headers) {
        return send(door, requests, headers).stream()
                .map(CompletableFuture::join)
                .toList();
    }

    private static List<CompletableFuture<HttpResponse<String>>> send(
            Door door, int requests, IntFunction<Map<String, String>> headers) {
        CountDownLatch inWork = new CountDownLatch(requests);
        stack.s3.observe(call -> {
            if (call.operation() == S3Call.Operation.GET) {
                inWork.countDown();
                try {
                    inWork.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
        });
        return IntStream.range(0, requests)
                .mapToObj(i -> door.postAsync(PREDICT, event(i), headers.apply(i)))
                .toList();
    }

    private static CompletableFuture<HttpResponse<String>> picture(int image) {
        return CompletableFuture.supplyAsync(
                () -> door.post(PREDICT, Mnist.png(image), Map.of("Content-Type", "image/png")),
                task -> new Thread(task).start());
    }

    private static String event(int image) {
        return Events.upload(stack.source, image + ".png", 922);
    }

    private static boolean isBad(float[] instance) {
        double[] image = Mnist.instance(BAD);
        float[] floats = new float[image.length];
        IntStream.range(0, image.length).forEach(i -> floats[i] = (float) image[i]);
        return Arrays.equals(floats, instance);
    }
}
