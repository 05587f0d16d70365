package io.imagetransformer.predictor;

import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.io.NumberOutput;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

import io.imagetransformer.image.Tensor;

/**
 * KServe's V1 protocol: {@code {"instances":[[784 numbers],...]}} to {@code {"predictions":[...]}}.
 *
 * <p>Read, per instance: {@code {"predictions":[scores],"classes":5}} (the sample's model; {@code classes} may be a
 * number, a text or a list of one), a list of scores (label = the highest), or a bare label. TensorFlow Serving's column
 * form ({@code outputs}) is read, too.
 *
 * <p>Source: KServe's data plane documentation, V1; TensorFlow Serving's REST API.
 */
public final class V1Protocol {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS) // Python writes NaN and Infinity as they are
            .build();
    private static final List<String> LABEL_FIELDS = List.of("classes", "class_ids", "label");
    private static final List<String> SCORE_FIELDS = List.of("predictions", "probabilities", "scores");
    private static final int QUOTED = 120;

    /** The text of each pixel value, as Python's {@code json.dumps(b / 255.0)} writes it. */
    private static final byte[][] PIXELS = IntStream.range(0, 256)
            .mapToObj(b -> shortest(b / 255.0).getBytes(StandardCharsets.US_ASCII))
            .toArray(byte[][]::new);

    /** Each pixel value, to the bit. */
    private static final long[] PIXEL_BITS = IntStream.range(0, 256)
            .mapToLong(b -> Double.doubleToRawLongBits(b / 255.0))
            .toArray();

    static {
        JSON.getFactory()
                .setStreamReadConstraints(
                        StreamReadConstraints.builder().maxNestingDepth(32).build());
    }

    private V1Protocol() {}

    /**
     * The body of one call, as Python's {@code json.dumps} writes it, compact.
     *
     * @param instances of one shape; each becomes a flat list of its values, row by row
     * @return ASCII; some 20 bytes per value, 2 GB at most
     */
    public static byte[] request(List<Tensor> instances) {
        int values = instances.isEmpty() ? 0 : instances.get(0).values().length;
        ByteArrayBuilder body = new ByteArrayBuilder(32 + instances.size() * values * 20);
        body.write("{\"instances\":[".getBytes(StandardCharsets.US_ASCII));
        for (int i = 0; i < instances.size(); i++) {
            if (i > 0) {
                body.write(',');
            }
            body.write('[');
            double[] pixels = instances.get(i).values();
            for (int j = 0; j < pixels.length; j++) {
                if (j > 0) {
                    body.write(',');
                }
                body.write(text(pixels[j]));
            }
            body.write(']');
        }
        body.write("]}".getBytes(StandardCharsets.US_ASCII));
        return body.toByteArray();
    }

    private static byte[] text(double value) {
        int pixel = value >= 0 && value <= 1 ? (int) (value * 255 + 0.5) : 0;
        boolean isPixel = Double.doubleToRawLongBits(value) == PIXEL_BITS[pixel];
        return isPixel ? PIXELS[pixel] : shortest(value).getBytes(StandardCharsets.US_ASCII);
    }

    /** The fewest digits that read back the same; an exponent below 1e-4 and from 1e16 on, as in Python. */
    private static String shortest(double value) {
        String java = NumberOutput.toString(value, true);
        if (value == 0 || Double.isNaN(value) || Double.isInfinite(value)) {
            return java;
        }
        BigDecimal digits = fewest(new BigDecimal(java), value);
        int exponent = digits.precision() - digits.scale() - 1;
        if (exponent >= -4 && exponent < 16) {
            return digits.scale() > 0 ? digits.toPlainString() : digits.toPlainString() + ".0";
        }
        String mantissa = digits.unscaledValue().abs().toString();
        return (value < 0 ? "-" : "")
                + (mantissa.length() == 1 ? mantissa : mantissa.charAt(0) + "." + mantissa.substring(1))
                + String.format("e%+03d", exponent);
    }

    /** Java writes two digits also where one would do: 4.9E-324, Python's 5e-324. */
    private static BigDecimal fewest(BigDecimal digits, double value) {
        BigDecimal one = digits.round(new MathContext(1, RoundingMode.HALF_EVEN));
        return (one.doubleValue() == value ? one : digits).stripTrailingZeros();
    }

    /**
     * Reads an answer; whatever it holds, nothing is thrown. A null, a short or a long list counts as a refusal, for one
     * of the instances may be its cause; what is no answer of this protocol at all is the predictor's own fault.
     *
     * @param status HTTP's
     * @param retryAfterMillis of the header Retry-After; 0 without
     * @param body maybe empty
     * @param instances how many the request held, at least 1
     */
    public static Answer answer(int status, long retryAfterMillis, byte[] body, int instances) {
        return switch (status) {
            case 200 -> read(body, instances);
            case 400, 413, 422 -> new Answer.Refused("status " + status + ": " + quote(body));
            default -> new Answer.Unavailable("status " + status + ": " + quote(body), retryAfterMillis);
        };
    }

    private static Answer read(byte[] body, int instances) {
        JsonNode root;
        try {
            root = JSON.readTree(body);
        } catch (JsonProcessingException e) {
            return unreadable("not JSON: " + quote(body));
        } catch (IOException e) {
            return unreadable("not readable: " + e.getMessage());
        }
        try {
            if (root.has("predictions")) {
                return new Answer.Predictions(
                        predictions(root.get("predictions"), instances), more(root, "predictions"));
            }
            if (root.has("outputs")) {
                return new Answer.Predictions(
                        predictions(rows(root.get("outputs"), instances), instances), more(root, "outputs"));
            }
        } catch (NoPrediction e) {
            return new Answer.Refused(e.getMessage());
        }
        return unreadable("no predictions in it: " + quote(root.toString()));
    }

    private static String more(JsonNode root, String predictions) {
        return ((ObjectNode) root).without(predictions).toString();
    }

    private static List<Prediction> predictions(JsonNode rows, int instances) throws NoPrediction {
        checkOnePerInstance("predictions", rows, instances);
        List<Prediction> predictions = new ArrayList<>(instances);
        for (JsonNode row : rows) {
            try {
                predictions.add(prediction(row));
            } catch (NoPrediction e) {
                throw new NoPrediction("prediction " + predictions.size() + " " + e.getMessage());
            }
        }
        return predictions;
    }

    /** Column form: of several outputs each is a list by itself, to be turned into one object per instance. */
    private static JsonNode rows(JsonNode outputs, int instances) throws NoPrediction {
        if (!outputs.isObject()) {
            return outputs;
        }
        ArrayNode rows = JSON.createArrayNode();
        IntStream.range(0, instances).forEach(i -> rows.addObject());
        for (Map.Entry<String, JsonNode> column : outputs.properties()) {
            checkOnePerInstance(column.getKey(), column.getValue(), instances);
            for (int i = 0; i < instances; i++) {
                ((ObjectNode) rows.get(i))
                        .set(column.getKey(), column.getValue().get(i));
            }
        }
        return rows;
    }

    private static void checkOnePerInstance(String name, JsonNode list, int instances) throws NoPrediction {
        if (!list.isArray() || list.size() != instances) {
            String found = list.isArray() ? list.size() + " " + name : name + " " + quote(list.toString());
            throw new NoPrediction(found + " for " + instances + " instances");
        }
    }

    private static Prediction prediction(JsonNode node) throws NoPrediction {
        if (node.isObject()) {
            List<Double> scores = scores(first(node, SCORE_FIELDS));
            JsonNode named = first(node, LABEL_FIELDS);
            String label = named.isMissingNode() ? String.valueOf(highest(scores)) : label(named);
            return new Prediction(label, confidence(label, scores), scores, node.toString());
        }
        if (node.isArray() && !(node.size() == 1 && node.get(0).isTextual())) {
            List<Double> scores = scores(node);
            String label = String.valueOf(highest(scores));
            return new Prediction(label, confidence(label, scores), scores, node.toString());
        }
        return new Prediction(label(node), null, List.of(), node.toString());
    }

    private static JsonNode first(JsonNode node, List<String> fields) {
        return fields.stream().filter(node::has).map(node::get).findFirst().orElse(MissingNode.getInstance());
    }

    private static String label(JsonNode node) throws NoPrediction {
        JsonNode value = node.isArray() && node.size() == 1 ? node.get(0) : node;
        boolean index =
                value.isNumber() && !Double.isNaN(value.doubleValue()) && !Double.isInfinite(value.doubleValue());
        if (index && value.doubleValue() == Math.rint(value.doubleValue())) {
            return value.bigIntegerValue().toString();
        }
        if (index
                || value.isBoolean()
                || (value.isTextual() && !value.textValue().isEmpty())) {
            return value.asText();
        }
        throw new NoPrediction("has no label: " + quote(node.toString()));
    }

    private static List<Double> scores(JsonNode node) throws NoPrediction {
        if (node.isMissingNode()) {
            return List.of();
        }
        if (!node.isArray()) {
            throw new NoPrediction("has scores that are no list: " + quote(node.toString()));
        }
        JsonNode list = node.size() == 1 && node.get(0).isArray() ? node.get(0) : node;
        List<Double> scores = new ArrayList<>(list.size());
        for (JsonNode score : list) {
            if (!score.isNumber() || Double.isNaN(score.doubleValue()) || Double.isInfinite(score.doubleValue())) {
                throw new NoPrediction("holds a score that is no number: " + quote(score.toString()));
            }
            scores.add(score.doubleValue());
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

    private static Answer unreadable(String what) {
        return new Answer.Unavailable(what, 0);
    }

    private static String quote(byte[] body) {
        return quote(new String(body, 0, Math.min(body.length, 4 * QUOTED), StandardCharsets.UTF_8));
    }

    private static String quote(String text) {
        String line = text.length() > QUOTED ? text.substring(0, QUOTED) + "…" : text;
        return line.replaceAll("[\\p{C}\\p{Zl}\\p{Zp}]", " ");
    }

    /** Some instance has no usable prediction; stays inside this class. */
    private static final class NoPrediction extends Exception {
        private static final long serialVersionUID = 1L;

        NoPrediction(String message) {
            super(message);
        }
    }
}
