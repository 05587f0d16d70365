package io.imagetransformer.pipeline;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

import io.imagetransformer.KafkaImageTransformer;
import io.imagetransformer.sandbox.FaultProxy;
import io.imagetransformer.sandbox.Mnist;
import io.imagetransformer.sandbox.PredictorBehaviour;
import io.imagetransformer.sandbox.S3Call;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** A batch that is held past {@code max.poll.interval.ms} makes its whole group wait for a rebalance. */
@Order(1)
class NoBatchIsHeldPastItsTimeTest {
    private static final int IMAGES = 30;

    @Test
    void aStoreThatHangsCostsOneTimeoutAndNotOneForEachImage() {
        try (Stack stack = Stack.start();
                FaultProxy s3 = FaultProxy.before("127.0.0.1", stack.s3.port())) {
            // Given
            IntStream.range(0, IMAGES).forEach(i -> stack.upload(i + ".png", Mnist.png(i)));
            Map<String, String> settings = Map.of(
                    "s3.endpoint", "http://" + s3.address(),
                    "s3.timeout", "1s",
                    "events.hold", "1s",
                    "batch.parallelism", "1");
            try (KafkaImageTransformer program = stack.startProgram(settings)) {
                stack.awaitAllDone();
                s3.timeout();
                IntStream.range(0, IMAGES).forEach(i -> stack.upload("hung/" + i + ".png", Mnist.png(i)));

                // When
                awaitGivenBack(stack);
                awaitGivenBack(stack); // the first batch may have been of a few images, this one is of all
                s3.heal();

                // Then
                stack.awaitAllDone();
                assertThat(stack.filed()).hasSize(2 * IMAGES);
                assertThat(stack.deadLetters()).isEmpty();
            }
        }
    }

    @Test
    void aPredictorThatAsksForALongerPauseHoldsItToItsEnd() {
        Duration hold = Duration.ofSeconds(5);
        try (Stack stack = Stack.start();
                KafkaImageTransformer program = stack.startProgram(Map.of("events.hold", hold.toSeconds() + "s"))) {
            // Given
            stack.upload("first.png", Mnist.png(0));
            stack.awaitAllDone();
            stack.predictor.behave(PredictorBehaviour.overloaded(Duration.ofMinutes(1)));

            // When
            long uploaded = System.nanoTime();
            stack.upload("second.png", Mnist.png(1));

            // Then
            awaitGivenBack(stack);
            assertThat(Duration.ofNanos(System.nanoTime() - uploaded))
                    .as("not given back at once, to come again at once")
                    .isGreaterThan(hold);
            stack.predictor.behave(PredictorBehaviour.real());
            stack.awaitAllDone();
            assertThat(stack.filed()).hasSize(2);
        }
    }

    @Test
    void aPredictorThatRefusesAndThenHangsIsNotAskedAboutEachHalfThatIsLeft() {
        try (Stack stack = Stack.start()) {
            // Given
            IntStream.range(0, 16).forEach(i -> stack.upload(i + ".png", Mnist.png(i)));
            List<Long> hung = new CopyOnWriteArrayList<>();
            stack.predictor.behave(call -> {
                if (call.instances().size() > 1) {
                    return PredictorBehaviour.Answer.error(413, "too many");
                }
                hung.add(System.nanoTime());
                Thread.sleep(2_000);
                return call.predict();
            });

            // When
            try (KafkaImageTransformer program = stack.startProgram(
                    Map.of("events.hold", "1s", "predictor.timeout", "1s", "predictor.concurrency", "1"))) {
                await("it hangs twice").until(() -> hung.size() > 1);
                stack.predictor.behave(PredictorBehaviour.real());

                // Then
                assertThat(Duration.ofNanos(hung.get(1) - hung.get(0)))
                        .as("the second time in another batch")
                        .isGreaterThan(Duration.ofSeconds(2));
                stack.awaitAllDone();
                assertThat(stack.filed()).hasSize(16);
                assertThat(stack.deadLetters()).isEmpty();
            }
        }
    }

    @Test
    void aPredictorThatTakesFewAndIsSlowGetsThroughAllTheSame() {
        try (Stack stack = Stack.start()) {
            // Given
            IntStream.range(0, 16).forEach(i -> stack.upload(i + ".png", Mnist.png(i)));
            stack.predictor.behave(call -> {
                Thread.sleep(200);
                return call.instances().size() > 1 ? PredictorBehaviour.Answer.error(413, "too many") : call.predict();
            });

            // When
            try (KafkaImageTransformer program =
                    stack.startProgram(Map.of("events.hold", "2s", "predictor.concurrency", "1"))) {
                stack.awaitAllDone();
            }

            // Then, though all the halves take six seconds
            assertThat(stack.filed()).hasSize(16);
        }
    }

    @Test
    void aDeadLetterTopicThatTakesNothingCostsOneTimeoutAndNotOneForEachLetter() {
        Map<String, String> settings = Map.of("events.hold", "1s", "dead-letter.create", "false");
        try (Stack stack = Stack.start()) {
            // Given
            IntStream.range(0, 4).forEach(i -> stack.upload(i + ".png", "no picture".getBytes(UTF_8)));

            // When
            try (KafkaImageTransformer program = stack.startProgram(settings)) {
                await("it is a member")
                        .until(() -> !stack.probe().memberIds(stack.group).isEmpty());

                // Then, while each try takes ten seconds
                awaitGivenBack(stack);
            }
        }
    }

    @Test
    void aStoreThatDripsIsAskedAgainWhenTheTimeOfAnObjectIsOver() {
        try (Stack stack = Stack.start();
                FaultProxy s3 = FaultProxy.before("127.0.0.1", stack.s3.port());
                KafkaImageTransformer program =
                        stack.startProgram(Map.of("s3.endpoint", "http://" + s3.address(), "s3.timeout", "2s"))) {
            // Given
            AtomicInteger asked = new AtomicInteger();
            stack.s3.observe(call -> asked.addAndGet(call.operation() == S3Call.Operation.GET ? 1 : 0));
            s3.bandwidth(16 * 1024);

            // When
            stack.upload("large.png", Pictures.padded(Mnist.png(0), 2 * 1024 * 1024));

            // Then
            await("it is asked for again").atMost(Duration.ofSeconds(30)).until(() -> asked.get() > 1);
            s3.heal();
            stack.awaitAllDone();
            assertThat(stack.filed()).containsExactly(Mnist.label(0) + "/large.png");
            assertThat(stack.deadLetters()).isEmpty();
        }
    }

    /** A member that comes back has a new id. */
    private static void awaitGivenBack(Stack stack) {
        List<String> members = stack.probe().memberIds(stack.group);
        await("the batch is given back").atMost(Duration.ofSeconds(IMAGES / 2)).untilAsserted(() -> assertThat(
                        stack.probe().memberIds(stack.group))
                .isNotEmpty()
                .doesNotContainAnyElementsOf(members));
    }
}
