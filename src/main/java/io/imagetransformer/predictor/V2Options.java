package io.imagetransformer.predictor;

import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * How to speak V2 with a model where its metadata do not say it, or say it wrong.
 *
 * @param inputName {@code predictor.input.name}; empty: as the metadata say
 * @param inputDatatype {@code predictor.input.datatype}, one that takes images; null: as the metadata say
 * @param inputShape {@code predictor.input.shape}, the batch first, -1 for any size; empty: as the metadata say
 * @param labelOutput {@code predictor.output.label}; empty: found by the rule of {@link V2Outputs}
 * @param scoresOutput {@code predictor.output.scores}; empty: found by that rule
 * @param binary {@code predictor.binary}: tensors as bytes instead of JSON or typed lists
 * @param parameters {@code predictor.parameters}, sent with each request: Boolean, Long or String
 */
public record V2Options(
        String inputName,
        @Nullable Datatype inputDatatype,
        List<Long> inputShape,
        String labelOutput,
        String scoresOutput,
        boolean binary,
        Map<String, Object> parameters) {

    public V2Options {
        inputShape = List.copyOf(inputShape);
        parameters = Map.copyOf(parameters);
    }

    /** Everything as the model says. */
    public static V2Options none() {
        return new V2Options("", null, List.of(), "", "", false, Map.of());
    }
}
