package io.imagetransformer.pipeline;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import io.imagetransformer.KafkaImageTransformer;
import io.imagetransformer.config.Settings;
import io.imagetransformer.sandbox.Mnist;
import io.imagetransformer.sandbox.PredictorBehaviour;
import io.imagetransformer.sandbox.PredictorBehaviour.Answer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

/** Guarantee 3: whatever a predictor in trouble says, no image is blamed for it. */
@ParameterizedClass
@EnumSource
@Order(1)
class PredictorOutagesAreWaitedOutTest {
    private static final int IMAGES = 4;

    private static Stack stack;
    private static KafkaImageTransformer program;

    @Parameter
    Settings.Protocol protocol;

    @BeforeParameterizedClassInvocation
    static void startProgram(Settings.Protocol protocol) {
        stack = Stack.start();
        program = stack.startProgram(stack.settings(protocol));
    }

    @AfterParameterizedClassInvocation
    static void close() {
        program.close();
        stack.close();
    }

    @BeforeEach
    void healAndForget() {
        stack.predictor.behave(PredictorBehaviour.real());
        stack.predictor.forget();
    }

    static Stream<Arguments> troubles() {
        return Stream.of(
                argumentSet("503", 1, PredictorBehaviour.failing(503, "loading")),
                argumentSet("500", 1, PredictorBehaviour.failing(500, "CUDA out of memory")),
                argumentSet("401", 1, PredictorBehaviour.failing(401, "who are you?")),
                argumentSet("403", 1, PredictorBehaviour.failing(403, "forbidden")),
                argumentSet("404", 1, PredictorBehaviour.failing(404, "no such model")),
                argumentSet("408", 1, PredictorBehaviour.failing(408, "too slow")),
                argumentSet(
                        "302",
                        1,
                        PredictorBehaviour.answering(Answer.error(302, "log in").header("Location", "/"))),
                argumentSet("400 to everything", 3, PredictorBehaviour.failing(400, "the input has another shape")),
                argumentSet("413 to everything", 3, PredictorBehaviour.failing(413, "too large")),
                argumentSet("no answer", 1, PredictorBehaviour.droppingTheConnection()),
                argumentSet("half an answer", 1, PredictorBehaviour.cuttingTheAnswerAfter(20)),
                argumentSet("one prediction too few", 3, PredictorBehaviour.onePredictionShort()),
                argumentSet("one prediction too many", 3, PredictorBehaviour.onePredictionMore()),
                argumentSet("null predictions", 3, PredictorBehaviour.nullPredictions()),
                argumentSet("null for each", 3, PredictorBehaviour.nullFor(instance -> true)),
                argumentSet("NaN for each", 3, PredictorBehaviour.notANumberFor(instance -> true)),
                argumentSet("an error with status 200", 1, PredictorBehaviour.errorWithStatus200()),
                argumentSet("a proxy's page", 1, PredictorBehaviour.notJson()));
    }

    @ParameterizedTest
    @MethodSource("troubles")
    void noImageIsBlamedWhereThePredictorRecoversBetweenTwoCalls(int calls, PredictorBehaviour trouble) {
        // Given
        stack.predictor.behave(PredictorBehaviour.firstly(calls, trouble, PredictorBehaviour.real()));
        String folder = "flapping-" + stack.filed().size();

        // When
        upload(folder);

        // Then
        stack.awaitAllDone();
        assertFiled(folder);
        assertThat(stack.deadLetterReasons()).isEmpty();
    }

    @Test
    void aPredictorThatRefusesEverythingHoldsTheBatchUntilItTakesSomething() {
        // Given
        AtomicInteger refused = new AtomicInteger();
        stack.predictor.behave(call -> {
            refused.incrementAndGet();
            return Answer.error(400, "the input has another shape");
        });
        upload("refused");
        await("every image and the probe refused, and asked about again")
                .atMost(Stack.PATIENCE)
                .untilAsserted(() -> assertThat(refused).hasValueGreaterThan(2 * IMAGES));
        assertThat(stack.lag()).as("nothing committed meanwhile").isEqualTo(IMAGES);

        // When
        stack.predictor.behave(PredictorBehaviour.real());

        // Then
        stack.awaitAllDone();
        assertFiled("refused");
        assertThat(stack.deadLetterReasons()).isEmpty();
    }

    @Test
    void theTimeThatThePredictorAsksForIsWaited() {
        assumeThat(protocol).as("gRPC has no Retry-After").isNotEqualTo(Settings.Protocol.GRPC_V2);

        // Given
        Duration asked = Duration.ofSeconds(2);
        List<Long> calls = new CopyOnWriteArrayList<>();
        PredictorBehaviour overloadedOnce =
                PredictorBehaviour.firstly(1, PredictorBehaviour.overloaded(asked), PredictorBehaviour.real());
        stack.predictor.behave(call -> {
            calls.add(System.nanoTime());
            return overloadedOnce.answer(call);
        });

        // When
        stack.upload("overload.png", Mnist.png(0));

        // Then
        stack.awaitAllDone();
        assertThat(stack.filed()).contains(Mnist.label(0) + "/overload.png");
        assertThat(calls).hasSize(2);
        assertThat(Duration.ofNanos(calls.get(1) - calls.get(0))).isBetween(asked, asked.multipliedBy(3));
    }

    private static void upload(String folder) {
        IntStream.range(0, IMAGES).forEach(i -> stack.upload(folder + "/" + i + ".png", Mnist.png(i)));
        stack.s3.flushNotifications();
    }

    private static void assertFiled(String folder) {
        assertThat(stack.filed())
                .filteredOn(key -> key.contains(folder))
                .containsExactlyInAnyOrderElementsOf(IntStream.range(0, IMAGES)
                        .mapToObj(i -> Mnist.label(i) + "/" + folder + "/" + i + ".png")
                        .toList());
    }
}
