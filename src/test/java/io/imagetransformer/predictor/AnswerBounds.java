package io.imagetransformer.predictor;

import io.imagetransformer.fuzz.FuzzTarget;

import static org.assertj.core.api.Assertions.assertThat;

/** What any answer that was read keeps, whatever the predictor sent. */
final class AnswerBounds {
    private AnswerBounds() {}

    static void check(Answer answer, int instances, String what) {
        if (answer instanceof Answer.Predictions all) {
            assertThat(all.predictions()).as(what).hasSize(instances).allSatisfy(prediction -> {
                assertThat(prediction.label()).isNotEmpty();
                assertThat(prediction.probabilities()).allMatch(Double::isFinite);
                if (prediction.confidence() != null) {
                    assertThat(prediction.confidence()).isBetween(0.0, 1.0);
                }
            });
        } else {
            String why =
                    answer instanceof Answer.Refused refused ? refused.what() : ((Answer.Unavailable) answer).what();
            assertThat(why).as(what).isNotEmpty().hasSizeLessThan(320).matches(FuzzTarget::isOneLine, "one line");
        }
    }
}
