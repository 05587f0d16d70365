package io.imagetransformer.predictor;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import io.imagetransformer.image.Tensor;
import io.imagetransformer.predictor.PredictionReader.NoPrediction;
import io.imagetransformer.predictor.PredictorJson.NoJson;

/**
 * KServe's V1 protocol: {@code {"instances":[[784 numbers],...]}} to {@code {"predictions":[...]}}.
 *
 * <p>Read, per instance: {@code {"predictions":[scores],"classes":5}} (the sample's model; {@code classes} may be a
 * number, a text or a list of one), a list of scores (label = the highest), a bare label or a list of one. TensorFlow
 * Serving's column form ({@code outputs}) is read, too.
 *
 * <p>Source: KServe's data plane documentation, V1; TensorFlow Serving's REST API.
 */
public final class V1Protocol {
    private static final JsonNode MISSING = MissingNode.getInstance();
    private static final List<String> LABEL_FIELDS = List.of("classes", "class_ids", "label");
    private static final List<String> SCORE_FIELDS = List.of("predictions", "probabilities", "scores");

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
                body.write(PythonNumbers.text(pixels[j]).asUnquotedUTF8());
            }
            body.write(']');
        }
        body.write("]}".getBytes(StandardCharsets.US_ASCII));
        return body.toByteArray();
    }

    /**
     * Reads an answer; whatever it holds, nothing is thrown. A null, a short or a long list counts as a refusal, for one
     * of the instances may be its cause, and so does an answer that is too large, for one about fewer may not be; what is no
     * answer of this protocol at all is the predictor's own fault.
     *
     * @param instances how many the request held, at least 1
     */
    public static Answer answer(HttpAnswer answer, int instances) {
        if (answer.status() == 200) {
            return answer.isTooLarge() ? new Answer.Refused(HttpAnswer.TOO_LARGE) : read(answer.body(), instances);
        }
        return answer.blamesRequest()
                ? new Answer.Refused(answer.what())
                : new Answer.Unavailable(answer.what(), answer.retryAfterMillis());
    }

    private static Answer read(byte[] body, int instances) {
        try {
            JsonNode root = PredictorJson.read(body, body.length);
            if (root.has("predictions")) {
                return new Answer.Predictions(
                        predictions(root.get("predictions"), instances), more(root, "predictions"));
            }
            if (root.has("outputs")) {
                return new Answer.Predictions(
                        predictions(rows(root.get("outputs"), instances), instances), more(root, "outputs"));
            }
            return new Answer.Unavailable("no predictions in it: " + Quotes.quote(root.toString()), 0);
        } catch (NoJson e) {
            return new Answer.Unavailable(e.getMessage(), 0);
        } catch (NoPrediction e) {
            return new Answer.Refused(e.getMessage());
        }
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
        ArrayNode rows = PredictorJson.MAPPER.createArrayNode();
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
            String found = list.isArray() ? list.size() + " " + name : name + " " + list;
            throw new NoPrediction(Quotes.quote(found) + " for " + instances + " instances");
        }
    }

    private static Prediction prediction(JsonNode node) throws NoPrediction {
        if (node.isObject()) {
            return PredictionReader.prediction(first(node, LABEL_FIELDS), first(node, SCORE_FIELDS), node);
        }
        // A float by itself is a score of one class: no label, even if it is 1.0 by chance.
        boolean scores =
                node.size() != 1 || node.get(0).isArray() || node.get(0).isFloatingPointNumber();
        if (node.isArray() && scores) {
            return PredictionReader.prediction(MISSING, node, node);
        }
        return PredictionReader.prediction(node, MISSING, node);
    }

    private static JsonNode first(JsonNode node, List<String> fields) {
        return fields.stream().filter(node::has).map(node::get).findFirst().orElse(MISSING);
    }
}
