package io.imagetransformer.predictor;

import java.util.ArrayList;
import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/** One instance's label and scores, read alike in every protocol. */
final class PredictionReader {
    private PredictionReader() {}

    /** Some instance has no usable prediction; stays inside this room. */
    static final class NoPrediction extends Exception {
        private static final long serialVersionUID = 1L;

        NoPrediction(String message) {
            super(message);
        }
    }

    /**
     * @param label a whole number, a text, a flag, or a list of one; missing: the class of the highest score
     * @param scores one number per class, several where there is no label; missing: the model tells none
     * @param answer this instance's part of the answer
     */
    static Prediction prediction(JsonNode label, JsonNode scores, JsonNode answer) throws NoPrediction {
        List<Double> numbers = scores(scores);
        if (label.isMissingNode() && numbers.size() == 1) {
            throw new NoPrediction("has one score and no label: " + Quotes.quote(scores.toString()));
        }
        String text = label.isMissingNode() ? String.valueOf(highest(numbers)) : label(label);
        return new Prediction(text, confidence(text, numbers), numbers, PredictorJson.write(answer));
    }

    private static String label(JsonNode node) throws NoPrediction {
        JsonNode value = node.isArray() && node.size() == 1 ? node.get(0) : node;
        boolean finite =
                value.isNumber() && !Double.isNaN(value.doubleValue()) && !Double.isInfinite(value.doubleValue());
        if (finite && value.doubleValue() == Math.rint(value.doubleValue())) {
            return value.bigIntegerValue().toString();
        }
        if (finite) {
            throw new NoPrediction("has a label that is no whole number: " + Quotes.quote(value.toString()));
        }
        if (value.isBoolean() || (value.isTextual() && !value.textValue().isEmpty())) {
            return value.asText();
        }
        throw new NoPrediction("has no label: " + Quotes.quote(node.toString()));
    }

    private static List<Double> scores(JsonNode node) throws NoPrediction {
        if (node.isMissingNode()) {
            return List.of();
        }
        if (!node.isArray()) {
            throw new NoPrediction("has scores that are no list: " + Quotes.quote(node.toString()));
        }
        JsonNode list = node.size() == 1 && node.get(0).isArray() ? node.get(0) : node;
        List<Double> scores = new ArrayList<>(list.size());
        for (JsonNode score : list) {
            if (!score.isNumber() || Double.isNaN(score.doubleValue()) || Double.isInfinite(score.doubleValue())) {
                throw new NoPrediction("holds a score that is no number: " + Quotes.quote(score.toString()));
            }
            // What is added makes zero of minus zero, which is below 0 for who compares doubles.
            scores.add(score.doubleValue() + 0.0);
        }
        return scores;
    }

    /** The first of the highest, as numpy's argmax. */
    private static int highest(List<Double> scores) throws NoPrediction {
        if (scores.isEmpty()) {
            throw new NoPrediction("is empty");
        }
        int best = 0;
        for (int i = 1; i < scores.size(); i++) {
            if (scores.get(i) > scores.get(best)) {
                best = i;
            }
        }
        return best;
    }

    /** The label's own score where the scores can be probabilities, else null: logits are no confidence. */
    private static @Nullable Double confidence(String label, List<Double> scores) throws NoPrediction {
        if (scores.isEmpty() || scores.stream().anyMatch(score -> score < 0 || score > 1)) {
            return null;
        }
        int index =
                label.length() < 10 && label.chars().allMatch(c -> c >= '0' && c <= '9') ? Integer.parseInt(label) : -1;
        return scores.get(index >= 0 && index < scores.size() ? index : highest(scores));
    }
}
