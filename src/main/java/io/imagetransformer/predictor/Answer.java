package io.imagetransformer.predictor;

import java.util.List;

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
