package io.imagetransformer.pipeline;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

import io.imagetransformer.KafkaImageTransformer;
import io.imagetransformer.sandbox.FaultProxy;
import io.imagetransformer.sandbox.Mnist;
import io.imagetransformer.sandbox.PredictorBehaviour;
import io.imagetransformer.sandbox.S3Call;

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
