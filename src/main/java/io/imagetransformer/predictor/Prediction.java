package io.imagetransformer.predictor;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * What the model sees in one image.
 *
 * @param label the class, as text: its index, or its name where the model tells one; never empty
 * @param confidence the probability of the label, 0 to 1; null where the model tells none (a bare label, raw logits)
 * @param probabilities one score per class, in the model's order; empty where the model tells none
 * @param answer this instance's part of the predictor's answer, as compact JSON
 */
public record Prediction(String label, @Nullable Double confidence, List<Double> probabilities, String answer) {
    public Prediction {
        probabilities = List.copyOf(probabilities);
    }
}
