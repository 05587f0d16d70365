package io.imagetransformer.sandbox;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import org.jspecify.annotations.Nullable;

/**
 * What an {@link EmbeddedPredictor} does with a request that it has read and understood. {@link #real()} predicts; the
 * others are the faults that a predictor, or what stands between, shows. A test may write its own:
 *
 * <pre>{@code
 * predictor.behave(call -> call.instances().size() > 4 ? Answer.error(413, "too many") : call.predict());
 * }</pre>
 *
 * <p>Called by many threads at once.
 */
@FunctionalInterface
public interface PredictorBehaviour {

    /**
     * @throws InterruptedException while it waits, when the predictor is closed: the connection drops
     */
    Answer answer(Call call) throws InterruptedException;

    /** One request for predictions. */
    interface Call {

        /** At least one, each of 784 floats, 0 (background) to 1 (ink). */
        List<float[]> instances();

        /** The answer of a predictor in good health. */
        Answer predict() throws InterruptedException;

        /**
         * As {@link #predict()}, changed before it is written.
         *
         * @param change gets one prediction per instance; what it returns may be of another length and have nulls
         */
        Answer predict(UnaryOperator<List<@Nullable Prediction>> change) throws InterruptedException;
    }

    /**
     * What the model says of one image.
     *
     * @param probabilities one per class, each 0 to 1, together 1; not copied
     * @param label the class of the highest
     */
    record Prediction(float[] probabilities, int label) {

        static Prediction of(float[] probabilities) {
            int label = 0;
            for (int i = 1; i < probabilities.length; i++) {
                if (probabilities[i] > probabilities[label]) {
                    label = i;
                }
            }
            return new Prediction(probabilities, label);
        }
    }

    /** Predicts, as a predictor in good health does. */
    static PredictorBehaviour real() {
        return Call::predict;
    }

    /** Answers every request with this. */
    static PredictorBehaviour answering(Answer answer) {
        return call -> answer;
    }

    /** Answers every request with a status and {@code {"error": message}}. */
    static PredictorBehaviour failing(int status, String message) {
        return answering(Answer.error(status, message));
    }

    /** 503, with {@code Retry-After}. */
    static PredictorBehaviour unavailable(Duration retryAfter) {
        return answering(Answer.error(503, "the model is being loaded").retryAfter(retryAfter));
    }

    /** 429, with {@code Retry-After}. */
    static PredictorBehaviour overloaded(Duration retryAfter) {
        return answering(Answer.error(429, "too many requests").retryAfter(retryAfter));
    }

    /** Refuses the whole request with a status where one of its instances is such; predicts others. */
    static PredictorBehaviour refusing(int status, Predicate<float[]> instance) {
        return call -> call.instances().stream().anyMatch(instance)
                ? Answer.error(status, "an instance cannot be handled")
                : call.predict();
    }

    /** Refuses a request of more instances with 413; predicts others. */
    static PredictorBehaviour limitedTo(int instances) {
        return call -> call.instances().size() > instances
                ? Answer.error(413, "at most " + instances + " instances")
                : call.predict();
    }

    /** Never answers; the connection stays open until the predictor is closed, or the caller goes. */
    static PredictorBehaviour hanging() {
        return slow(Duration.ofDays(1));
    }

    /** Predicts after a time. */
    static PredictorBehaviour slow(Duration delay) {
        return call -> {
            Thread.sleep(delay.toMillis());
            return call.predict();
        };
    }

    /** Closes the connection instead of answering. */
    static PredictorBehaviour droppingTheConnection() {
        return answering(Answer.NONE);
    }

    /** Closes the connection after so many bytes of the answer's body; its headers told the whole length. */
    static PredictorBehaviour cuttingTheAnswerAfter(int bytes) {
        return call -> call.predict().cutAfter(bytes);
    }

    /** Leaves out the last prediction. */
    static PredictorBehaviour onePredictionShort() {
        return call -> call.predict(predictions -> predictions.subList(0, predictions.size() - 1));
    }

    /** Repeats the last prediction. */
    static PredictorBehaviour onePredictionMore() {
        return call -> call.predict(predictions -> {
            List<@Nullable Prediction> longer = new ArrayList<>(predictions);
            longer.add(predictions.get(predictions.size() - 1));
            return longer;
        });
    }

    /** {@code null} instead of the prediction of each such instance. */
    static PredictorBehaviour nullFor(Predicate<float[]> instance) {
        return replacing(instance, null);
    }

    /** Probabilities that are all NaN, written {@code NaN} as Python's json does, for each such instance. */
    static PredictorBehaviour notANumberFor(Predicate<float[]> instance) {
        float[] probabilities = new float[10];
        Arrays.fill(probabilities, Float.NaN);
        return replacing(instance, new Prediction(probabilities, 0));
    }

    /** {@code {"message": …, "predictions": null}} with status 200, as KServe's batcher has answered. */
    static PredictorBehaviour nullPredictions() {
        return answering(Answer.json(200, "{\"message\":\"no Content-Type\",\"predictions\":null}"));
    }

    /** {@code {"error": …}} with status 200. */
    static PredictorBehaviour errorWithStatus200() {
        return failing(200, "CUDA out of memory");
    }

    /** A proxy's page with status 200. */
    static PredictorBehaviour notJson() {
        return answering(Answer.of(200, "text/html", "<html><body>Welcome</body></html>"));
    }

    /** One behaviour for the first so many requests, from now on counted, then another. */
    static PredictorBehaviour firstly(int requests, PredictorBehaviour first, PredictorBehaviour then) {
        AtomicInteger left = new AtomicInteger(requests);
        return call -> (left.getAndDecrement() > 0 ? first : then).answer(call);
    }

    private static PredictorBehaviour replacing(Predicate<float[]> instance, @Nullable Prediction replacement) {
        return call -> call.predict(predictions -> {
            List<@Nullable Prediction> replaced = new ArrayList<>(predictions);
            for (int i = 0; i < replaced.size(); i++) {
                if (instance.test(call.instances().get(i))) {
                    replaced.set(i, replacement);
                }
            }
            return replaced;
        });
    }

    /**
     * What is sent back.
     *
     * @param status the HTTP status, 200 to 599; 0 = nothing is sent and the connection is closed
     * @param headers beside the length
     * @param body the whole body; not copied
     * @param sent how many of its bytes are sent before the connection is closed; the body's length, or more, = all, and
     *     the connection stays
     */
    record Answer(int status, Map<String, String> headers, byte[] body, int sent) {

        /** Closes the connection. */
        public static final Answer NONE = new Answer(0, Map.of(), new byte[0], 0);

        /** A whole answer in UTF-8. */
        public static Answer of(int status, String contentType, String body) {
            return of(status, contentType, body.getBytes(StandardCharsets.UTF_8));
        }

        static Answer of(int status, String contentType, byte[] body) {
            return new Answer(status, Map.of("Content-Type", contentType), body, Integer.MAX_VALUE);
        }

        /** A whole answer of JSON, as it stands. */
        public static Answer json(int status, String json) {
            return of(status, "application/json", json);
        }

        /** {@code {"error": message}}, KServe's form; the message is escaped. */
        public static Answer error(int status, String message) {
            String escaped = new String(JsonStringEncoder.getInstance().quoteAsString(message));
            return json(status, "{\"error\":\"" + escaped + "\"}");
        }

        /** The same with one more header. */
        public Answer header(String name, String value) {
            Map<String, String> more = new LinkedHashMap<>(headers);
            more.put(name, value);
            return new Answer(status, more, body, sent);
        }

        /** The same with {@code Retry-After}, in whole seconds. */
        public Answer retryAfter(Duration delay) {
            return header("Retry-After", Long.toString(delay.toSeconds()));
        }

        /** The same, cut after so many bytes of the body. */
        public Answer cutAfter(int bytes) {
            return new Answer(status, headers, body, bytes);
        }
    }
}
