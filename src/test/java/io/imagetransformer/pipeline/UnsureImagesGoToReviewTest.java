package io.imagetransformer.pipeline;

import java.util.Map;

import org.junit.jupiter.api.Test;

import io.imagetransformer.KafkaImageTransformer;
import io.imagetransformer.sandbox.EmbeddedPredictor.AnswerForm;
import io.imagetransformer.sandbox.Mnist;

import static org.assertj.core.api.Assertions.assertThat;

class UnsureImagesGoToReviewTest {
    /** The model gives it 0.43. */
    private static final int DOUBTFUL = 582;

    private static final int CLEAR = 0;

    @Test
    void belowTheThresholdTheCopyGoesToTheReviewBucketAndNowhereElse() {
        try (Stack stack = Stack.start()) {
            // Given
            stack.upload("clear.png", Mnist.png(CLEAR));
            stack.upload("doubtful.png", Mnist.png(DOUBTFUL));

            // When
            try (KafkaImageTransformer program = stack.startProgram(Map.of("review.below", "0.5"))) {
                stack.awaitAllDone();
            }

            // Then
            assertThat(stack.filed()).containsExactly(Mnist.label(CLEAR) + "/clear.png");
            assertThat(stack.keys("review")).containsExactly(Mnist.label(DOUBTFUL) + "/doubtful.png");
        }
    }

    @Test
    void aModelThatTellsNoConfidenceIsTakenAtItsWord() {
        try (Stack stack = Stack.start()) {
            // Given
            stack.predictor.answerAs(AnswerForm.LABEL);
            stack.upload("doubtful.png", Mnist.png(DOUBTFUL));

            // When
            try (KafkaImageTransformer program = stack.startProgram(Map.of("review.below", "0.5"))) {
                stack.awaitAllDone();
            }

            // Then
            assertThat(stack.filed()).containsExactly(Mnist.label(DOUBTFUL) + "/doubtful.png");
            assertThat(stack.keys("review")).isEmpty();
        }
    }
}
