package io.imagetransformer.pipeline;

import java.util.Map;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import io.imagetransformer.KafkaImageTransformer;
import io.imagetransformer.sandbox.Mnist;
import io.imagetransformer.sandbox.S3Call.Operation;
import io.imagetransformer.sandbox.S3Refusal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Guarantee 1, where a batch cannot be finished in its time: what stands before its first open record is committed. */
class OffsetsAreCommittedUpToTheFirstUnfinishedTest {
    private static final int IMAGES = 10;
    private static final int STUCK = 4;

    @Test
    void theBatchIsGivenBackAndItsOpenRecordsComeAgain() {
        try (Stack stack = Stack.start()) {
            // Given
            IntStream.range(0, IMAGES).forEach(i -> stack.upload(i + ".png", Mnist.png(i)));
            stack.publish("poison", "{}");
            stack.s3.refuse(
                    S3Refusal.ACCESS_DENIED,
                    1,
                    call -> call.operation() == Operation.GET && call.key().equals(STUCK + ".png"));

            // When
            try (KafkaImageTransformer program = stack.startProgram(Map.of("events.hold", "1s"))) {
                await("all others filed, the finished ones before the stuck one committed")
                        .atMost(Stack.PATIENCE)
                        .untilAsserted(() -> {
                            assertThat(stack.filed()).hasSize(IMAGES - 1);
                            assertThat(stack.probe().committedOffsets(stack.group, stack.topic))
                                    .containsExactly(Map.entry(0, (long) STUCK));
                        });
                stack.s3.heal();

                // Then
                stack.awaitAllDone();
            }
            assertThat(stack.filed()).hasSize(IMAGES).contains(Mnist.label(STUCK) + "/" + STUCK + ".png");
            assertThat(stack.deadLetterReasons()).containsExactly(Map.entry("poison", "decode unknown-shape"));
        }
    }

    @Test
    void neighboursOfAnObjectThatCannotBeHadAreFiledLongBeforeTheBatchIsGivenBack() {
        try (Stack stack = Stack.start()) {
            // Given
            IntStream.range(0, IMAGES).forEach(i -> stack.upload(i + ".png", Mnist.png(i)));
            stack.s3.refuse(
                    S3Refusal.ACCESS_DENIED,
                    1,
                    call -> call.operation() == Operation.GET && call.key().equals(STUCK + ".png"));

            // When
            try (KafkaImageTransformer program = stack.startProgram(Map.of("events.hold", "7m"))) {
                await("the others are filed, in the first of the seven minutes")
                        .atMost(Stack.PATIENCE)
                        .untilAsserted(() -> assertThat(stack.filed()).hasSize(IMAGES - 1));
                stack.s3.heal();

                // Then
                stack.awaitAllDone();
            }
            assertThat(stack.filed()).hasSize(IMAGES);
            assertThat(stack.deadLetters()).isEmpty();
        }
    }
}
