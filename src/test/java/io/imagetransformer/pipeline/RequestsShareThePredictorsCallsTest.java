package io.imagetransformer.pipeline;

import java.net.http.HttpResponse;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
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

/** {@code http.batch-wait}: requests that come at one time are shown to the predictor together, and kept apart. */
@ParameterizedClass
@EnumSource
@Order(1)
class RequestsShareThePredictorsCallsTest {
    private static final int MOST = 12;

    /** In no other test, so that the predictor has never taken it. */
    private static final int BAD = MOST - 1;

    private static Stack stack;
    private static KafkaImageTransformer program;
    private static Door door;
    private static Clients clients;

    @Parameter
    Settings.Protocol protocol;

    @BeforeParameterizedClassInvocation
    static void startProgram(Settings.Protocol protocol) {
        stack = Stack.start();
        Map<String, String> settings = new HashMap<>(stack.settings(protocol));
        settings.putAll(stack.httpOnly());
        settings.put("http.batch-wait", "1s");
        settings.put("predictor.max-instances", String.valueOf(MOST));
        program = stack.startProgram(settings);
        door = new Door(program.httpPort());
        clients = new Clients(stack, door);
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
        List<String> alone = IntStream.range(0, BAD)
                .mapToObj(i -> door.predict(clients.event(i)).body())
                .toList();
        stack.predictor.forget();

        // When
        List<HttpResponse<String>> responses = clients.together(BAD, i -> Map.of());

        // Then
        assertThat(stack.predictor.batches()).containsExactly(BAD);
        assertThat(responses).extracting(HttpResponse::body).isEqualTo(alone);
        assertThat(stack.filed())
                .containsAll(IntStream.range(0, BAD)
                        .mapToObj(i -> Mnist.label(i) + "/" + i + ".png")
                        .toList());
    }

    @Test
    void oneThatThePredictorRefusesConcernsItsOwnRequestAlone() {
        // Given
        stack.predictor.behave(PredictorBehaviour.refusing(400, RequestsShareThePredictorsCallsTest::isBad));

        // When
        List<HttpResponse<String>> responses = clients.together(MOST, i -> Map.of());

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
        List<HttpResponse<String>> responses = clients.together(BAD - 1, headers);

        // Then
        assertThat(responses)
                .allSatisfy(response -> assertThat(response.statusCode()).isEqualTo(200));
        List<EmbeddedPredictor.Request> calls = stack.predictor.read();
        assertThat(calls).extracting(EmbeddedPredictor.Request::instances).containsExactly(BAD / 2, BAD / 2);
        assertThat(calls)
                .extracting(call -> call.headers().getFirst("Authorization"))
                .containsExactlyInAnyOrder("Bearer 0", "Bearer 1");
        assertThat(calls).as("the trace of one of them").allSatisfy(call -> assertThat(
                        call.headers().getFirst("traceparent"))
                .startsWith("of-" + call.headers().getFirst("Authorization").substring("Bearer ".length())));
    }

    @Test
    void picturesShareTooAndAFullCallGoesWhileAnotherRequestIsOnItsWay() throws Exception {
        // Given
        CountDownLatch fetching = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        stack.s3.observe(call -> {
            if (call.operation() == S3Call.Operation.GET) {
                fetching.countDown();
                awaitQuietly(release);
            }
        });
        CompletableFuture<HttpResponse<String>> onItsWay = door.postAsync(Clients.PREDICT, clients.event(0), Map.of());
        fetching.await();

        // When
        List<CompletableFuture<HttpResponse<String>>> pictures =
                IntStream.range(0, MOST).mapToObj(i -> clients.picture(100 + i)).toList();

        // Then
        for (int i = 0; i < MOST; i++) {
            assertThat(Clients.label(pictures.get(i).get())).isEqualTo(Mnist.label(100 + i));
        }
        release.countDown();
        assertThat(Clients.label(onItsWay.get())).isEqualTo(Mnist.label(0));
        assertThat(stack.predictor.batches()).containsExactly(MOST, 1);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static boolean isBad(float[] instance) {
        double[] image = Mnist.instance(BAD);
        float[] floats = new float[image.length];
        IntStream.range(0, image.length).forEach(i -> floats[i] = (float) image[i]);
        return Arrays.equals(floats, instance);
    }
}
