package io.imagetransformer.pipeline;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import io.imagetransformer.KafkaImageTransformer;
import io.imagetransformer.sandbox.Mnist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** The whole path on real parts: bucket, Kafka, OpenCV, model, bucket. */
class UploadedImagesAreFiledTest {
    @Test
    void everyImageIsFiledUnderTheLabelThatTheReferenceGives() {
        try (Stack stack = Stack.start()) {
            // Given
            int images = 500;
            IntStream.range(0, images).forEach(i -> stack.upload("img/" + i + ".png", Mnist.png(i)));

            // When
            try (KafkaImageTransformer program = stack.startProgram()) {

                // Then
                List<String> expected = IntStream.range(0, images)
                        .mapToObj(i -> Mnist.label(i) + "/img/" + i + ".png")
                        .toList();
                await("all images filed").atMost(Duration.ofSeconds(60)).untilAsserted(() -> assertThat(stack.filed())
                        .containsExactlyInAnyOrderElementsOf(expected));
                await("offsets committed").atMost(Duration.ofSeconds(10)).untilAsserted(() -> assertThat(stack.lag())
                        .isZero());
            }
        }
    }
}
