package io.imagetransformer.predictor;

import java.util.List;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;

/** What a predictor's body turned out to be. */
public sealed interface Answer {
    /** No more of an answer is read: some 3,000 classes for each of 256 images, as JSON. */
    int MOST_BYTES = 16 << 20;

    /**
     * One prediction per instance, in the order of the request.
     *
     * @param more what the answer tells besides of the call as a whole, as a compact JSON object; {@code {}} for nothing
     */
    record Predictions(List<Prediction> predictions, String more) implements Answer {
        public Predictions {
            predictions = List.copyOf(predictions);
        }

        /** With nothing besides. */
        public Predictions(List<Prediction> predictions) {
            this(predictions, "{}");
        }

        /**
         * Whether {@link #more()} is right for some of the instances as it is for all: it holds plain values only. A list
         * or an object may tell of each instance.
         */
        public boolean isDivisible() {
            try {
                for (JsonNode value : PredictorJson.MAPPER.readTree(more)) {
                    if (value.isContainerNode()) {
                        return false;
                    }
                }
                return true;
            } catch (JsonProcessingException e) {
                return false;
            }
        }
    }

    /**
     * Readable, but no prediction for some instance (short, long, null, NaN): one of the instances may be at fault.
     *
     * @param what one line for a person
     */
    record Refused(String what) implements Answer {}

    /**
     * No answer of this protocol: the predictor is at fault, no instance is.
     *
     * @param what one line for a person
     * @param retryAfterMillis how long the predictor asks us to wait; 0 where it does not say
     */
    record Unavailable(String what, long retryAfterMillis) implements Answer {}
}
