package io.imagetransformer.sandbox;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

import io.imagetransformer.sandbox.EmbeddedPredictor.AnswerForm;
import io.imagetransformer.sandbox.PredictorBehaviour.Answer;
import io.imagetransformer.sandbox.PredictorBehaviour.Prediction;

/** The Open Inference Protocol over REST, as a server sees it. */
final class V2Rest {
    static final String JSON_LENGTH = "Inference-Header-Content-Length";

    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    // A NaN is written as Python's json writes it, not as a string.
                    .disable(JsonWriteFeature.WRITE_NAN_AS_STRINGS)
                    .build())
            .build();

    private V2Rest() {}

    /** What was asked for. */
    record Asked(List<float[]> instances, boolean binary, JsonNode parameters) {}

    /** @throws IllegalArgumentException for a request that this model cannot take */
    static Asked read(byte[] body, @Nullable String jsonLength, ModelInput model) throws IOException {
        int length = jsonLength == null ? body.length : Integer.parseInt(jsonLength);
        JsonNode root = JSON.readTree(body, 0, length);
        if (!root.path("id").isTextual()) {
            // What KServe's Python server answers 500 for, where the model hands the request's id back.
            throw new IllegalStateException("id: Input should be a valid string");
        }
        if (root.path("inputs").size() != 1) {
            throw new IllegalArgumentException(
                    "expected 1 input, got " + root.path("inputs").size());
        }
        JsonNode input = root.path("inputs").get(0);
        String datatype = input.path("datatype").asText();
        double[] values = jsonLength == null
                ? StreamSupport.stream(input.path("data").spliterator(), false)
                        .mapToDouble(JsonNode::asDouble)
                        .toArray()
                : ModelInput.values(
                        datatype,
                        ByteBuffer.wrap(
                                body,
                                length,
                                input.path("parameters")
                                        .path("binary_data_size")
                                        .asInt()));
        List<Long> shape = StreamSupport.stream(input.path("shape").spliterator(), false)
                .map(JsonNode::asLong)
                .toList();
        return new Asked(
                model.instances(input.path("name").asText(), datatype, shape, values),
                root.path("parameters").path("binary_data_output").asBoolean(),
                root.path("parameters"));
    }

    static Answer metadata(String name, ModelInput input) throws IOException {
        ObjectNode metadata = JSON.createObjectNode();
        metadata.put("name", name);
        metadata.putArray("versions").add("1");
        metadata.put("platform", "opencv_dnn");
        ArrayNode inputs = metadata.putArray("inputs");
        if (input.isTold()) {
            ObjectNode tensor = inputs.addObject().put("name", input.name()).put("datatype", input.datatype());
            ArrayNode shape = tensor.putArray("shape");
            input.shape().forEach(shape::add);
        }
        metadata.putArray("outputs");
        return Answer.of(200, "application/json", JSON.writeValueAsBytes(metadata));
    }

    static Answer write(String name, List<@Nullable Prediction> predictions, AnswerForm form, boolean binary) {
        ObjectNode root = JSON.createObjectNode().put("model_name", name);
        ArrayNode outputs = root.putArray("outputs");
        List<byte[]> tails = new ArrayList<>();
        if (form != AnswerForm.LABEL) {
            add(outputs, "predictions", "FP32", probabilities(predictions), 10, predictions.size(), binary, tails);
        }
        switch (form) {
            case PROBABILITIES -> {}
            case CLASS_AS_TEXT ->
                add(outputs, "classes", "BYTES", labels(predictions, true), 0, predictions.size(), binary, tails);
            case CLASS_IN_ARRAY ->
                add(outputs, "classes", "INT64", labels(predictions, false), 1, predictions.size(), binary, tails);
            case MULTI_OUTPUT, LABEL ->
                add(outputs, "classes", "INT64", labels(predictions, false), 0, predictions.size(), binary, tails);
        }
        try {
            byte[] json = JSON.writeValueAsBytes(root);
            int length =
                    json.length + tails.stream().mapToInt(tail -> tail.length).sum();
            ByteBuffer body = ByteBuffer.allocate(length).put(json);
            tails.forEach(body::put);
            return binary
                    ? Answer.of(200, "application/octet-stream", body.array())
                            .header(JSON_LENGTH, String.valueOf(json.length))
                    : Answer.of(200, "application/json", json);
        } catch (IOException e) {
            throw new UncheckedIOException("arrays do not fail", e);
        }
    }

    private static void add(
            ArrayNode outputs,
            String name,
            String datatype,
            ArrayNode data,
            int columns,
            int rows,
            boolean binary,
            List<byte[]> tails) {
        ObjectNode output = outputs.addObject().put("name", name).put("datatype", datatype);
        ArrayNode shape = output.putArray("shape").add(rows);
        if (columns > 0) {
            shape.add(columns);
        }
        if (binary) {
            byte[] bytes = bytes(datatype, data);
            output.putObject("parameters").put("binary_data_size", bytes.length);
            tails.add(bytes);
        } else {
            output.set("data", data);
        }
    }

    static ArrayNode probabilities(List<@Nullable Prediction> predictions) {
        ArrayNode data = JSON.createArrayNode();
        for (Prediction prediction : predictions) {
            for (int i = 0; i < 10; i++) {
                if (prediction == null) {
                    data.addNull();
                } else {
                    data.add(prediction.probabilities()[i]);
                }
            }
        }
        return data;
    }

    static ArrayNode labels(List<@Nullable Prediction> predictions, boolean asText) {
        ArrayNode data = JSON.createArrayNode();
        for (Prediction prediction : predictions) {
            if (prediction == null) {
                data.addNull();
            } else if (asText) {
                data.add(String.valueOf(prediction.label()));
            } else {
                data.add(prediction.label());
            }
        }
        return data;
    }

    /** A null is what a binary tensor has for it: a NaN. */
    static byte[] bytes(String datatype, ArrayNode data) {
        ByteBuffer bytes = ByteBuffer.allocate(data.size() * 16).order(ByteOrder.LITTLE_ENDIAN);
        for (JsonNode element : data) {
            switch (datatype) {
                case "FP32" -> bytes.putFloat(element.isNull() ? Float.NaN : element.floatValue());
                case "INT64" -> bytes.putLong(element.longValue());
                default -> {
                    byte[] text = element.asText().getBytes(StandardCharsets.UTF_8);
                    bytes.putInt(text.length).put(text);
                }
            }
        }
        byte[] written = new byte[bytes.position()];
        bytes.flip().get(written);
        return written;
    }
}
