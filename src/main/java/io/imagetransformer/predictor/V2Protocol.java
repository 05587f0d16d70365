package io.imagetransformer.predictor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import org.jspecify.annotations.Nullable;

import io.imagetransformer.image.Tensor;
import io.imagetransformer.predictor.PredictorJson.NoJson;

/**
 * KServe's V2 protocol over REST: {@code {"inputs":[{"name","shape","datatype","data"}]}} to {@code {"outputs":[...]}}.
 * Tensors are JSON or, with the binary tensor extension, bytes behind the JSON; an answer is read in both forms, whichever
 * was asked for.
 *
 * <p>Source: Open Inference Protocol, HTTP/REST; Triton's binary tensor data extension, which KServe's servers speak, too.
 */
public final class V2Protocol {
    /** How many bytes of a body with binary tensors are JSON. */
    public static final String JSON_LENGTH = "Inference-Header-Content-Length";

    private V2Protocol() {}

    /**
     * The body of one call.
     *
     * @param body 2 GB at most
     * @param jsonLength for {@link #JSON_LENGTH}; null where all of the body is JSON
     */
    public record Request(byte[] body, @Nullable Integer jsonLength) {}

    /**
     * @param id for the predictor's log; never empty: KServe's models hand it back, and its server answers 500 without
     * @param instances of one shape, at least one
     */
    public static Request request(String id, V2Input input, V2Options options, List<Tensor> instances) {
        boolean binary = options.binary() || input.datatype().isHalf();
        byte[] tensors = binary ? input.bytes(instances) : new byte[0];
        ByteArrayBuilder body = new ByteArrayBuilder(512
                + tensors.length
                + (binary ? 0 : instances.size() * instances.get(0).values().length * 20));
        try (JsonGenerator json = PredictorJson.MAPPER.createGenerator(body)) {
            json.writeStartObject();
            json.writeStringField("id", id);
            writeParameters(json, options);
            json.writeArrayFieldStart("inputs");
            json.writeStartObject();
            json.writeStringField("name", input.name());
            json.writeFieldName("shape");
            long[] shape = input.shape(instances.size()).stream()
                    .mapToLong(Long::longValue)
                    .toArray();
            json.writeArray(shape, 0, shape.length);
            json.writeStringField("datatype", input.datatype().name());
            if (binary) {
                json.writeObjectFieldStart("parameters");
                json.writeNumberField("binary_data_size", tensors.length);
                json.writeEndObject();
            } else {
                writeData(json, input, instances);
            }
            json.writeEndObject();
            json.writeEndArray();
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("memory does not fail", e);
        }
        if (!binary) {
            return new Request(body.toByteArray(), null);
        }
        int jsonLength = body.size();
        body.write(tensors);
        return new Request(body.toByteArray(), jsonLength);
    }

    private static void writeParameters(JsonGenerator json, V2Options options) throws IOException {
        if (options.parameters().isEmpty() && !options.binary()) {
            return;
        }
        json.writeObjectFieldStart("parameters");
        for (var parameter : options.parameters().entrySet()) {
            json.writeObjectField(parameter.getKey(), parameter.getValue());
        }
        if (options.binary()) {
            json.writeBooleanField("binary_data_output", true);
        }
        json.writeEndObject();
    }

    private static void writeData(JsonGenerator json, V2Input input, List<Tensor> instances) throws IOException {
        json.writeArrayFieldStart("data");
        for (Tensor instance : instances) {
            for (double value : input.values(instance)) {
                if (input.datatype().isFloat()) {
                    json.writeRawValue(PythonNumbers.text(value));
                } else {
                    json.writeNumber((int) value);
                }
            }
        }
        json.writeEndArray();
    }

    /**
     * Reads the model's metadata; whatever they hold, nothing is thrown.
     *
     * @param model learns them
     * @return nothing, or why there are none, or none that go with our images
     */
    public static Optional<Answer.Unavailable> learn(HttpAnswer metadata, V2Model model) {
        if (metadata.status() != 200) {
            return none(metadata.what(), metadata.retryAfterMillis());
        }
        if (metadata.isTooLarge()) {
            return none(HttpAnswer.TOO_LARGE, 0);
        }
        try {
            JsonNode root = PredictorJson.read(metadata.body(), metadata.body().length);
            return root.isObject() ? model.learn(inputs(root)) : none(Quotes.quote(metadata.body()), 0);
        } catch (NoJson e) {
            return none(e.getMessage(), 0);
        }
    }

    private static Optional<Answer.Unavailable> none(String what, long retryAfterMillis) {
        return Optional.of(new Answer.Unavailable("no metadata of the model: " + what, retryAfterMillis));
    }

    private static List<V2Input.Told> inputs(JsonNode metadata) {
        List<V2Input.Told> inputs = new ArrayList<>();
        for (JsonNode input : metadata.path("inputs")) {
            inputs.add(new V2Input.Told(
                    input.path("name").asText(), input.path("datatype").asText(), shape(input.path("shape"))));
        }
        return inputs;
    }

    /**
     * Reads an answer; whatever it holds, nothing is thrown. Outputs that lack a prediction count as a refusal, for one of
     * the instances may be its cause, and so does an answer that is too large, for one about fewer may not be; what is no
     * answer of this protocol at all is the predictor's own fault.
     *
     * @param instances how many the request held, at least 1
     */
    public static Answer answer(HttpAnswer answer, V2Options options, int instances) {
        if (answer.status() != 200) {
            return answer.blamesRequest()
                    ? new Answer.Refused(answer.what())
                    : new Answer.Unavailable(answer.what(), answer.retryAfterMillis());
        }
        if (answer.isTooLarge()) {
            return new Answer.Refused(HttpAnswer.TOO_LARGE);
        }
        try {
            int jsonLength = jsonLength(answer);
            JsonNode root = PredictorJson.read(answer.body(), jsonLength);
            if (!root.has("outputs")) {
                return new Answer.Unavailable("no outputs in it: " + Quotes.quote(root.toString()), 0);
            }
            ByteBuffer binary = ByteBuffer.wrap(answer.body(), jsonLength, answer.body().length - jsonLength);
            JsonNode outputs = root.get("outputs");
            return outputs.isNull()
                    ? new Answer.Refused("outputs null for " + instances + " instances")
                    : V2Outputs.answer(outputs(outputs, binary), options, instances);
        } catch (NoJson e) {
            return new Answer.Unavailable(e.getMessage(), 0);
        }
    }

    private static int jsonLength(HttpAnswer answer) throws NoJson {
        if (answer.jsonLength().isEmpty()) {
            return answer.body().length;
        }
        int length = answer.jsonLength().matches("\\d{1,9}") ? Integer.parseInt(answer.jsonLength()) : -1;
        if (length < 0 || length > answer.body().length) {
            throw new NoJson("a body of " + answer.body().length + " bytes with " + JSON_LENGTH + " "
                    + Quotes.quote(answer.jsonLength()));
        }
        return length;
    }

    private static List<V2Outputs.Output> outputs(JsonNode outputs, ByteBuffer binary) throws NoJson {
        List<V2Outputs.Output> read = new ArrayList<>();
        for (JsonNode output : outputs) {
            Datatype datatype = Datatype.of(output.path("datatype").asText()).orElse(null);
            JsonNode size = output.path("parameters").path("binary_data_size");
            ArrayNode data;
            if (size.isMissingNode()) {
                data = flat(output.path("data"), PredictorJson.MAPPER.createArrayNode());
            } else {
                ByteBuffer bytes = next(binary, size);
                data = datatype == null ? null : V2Outputs.elements(datatype, bytes);
            }
            read.add(new V2Outputs.Output(output.path("name").asText(), datatype, shape(output.path("shape")), data));
        }
        return read;
    }

    private static ByteBuffer next(ByteBuffer binary, JsonNode size) throws NoJson {
        if (!size.canConvertToInt() || size.intValue() < 0 || size.intValue() > binary.remaining()) {
            throw new NoJson("binary_data_size " + Quotes.quote(size.toString()) + " with " + binary.remaining()
                    + " bytes left");
        }
        ByteBuffer bytes = binary.slice(binary.position(), size.intValue());
        binary.position(binary.position() + size.intValue());
        return bytes;
    }

    private static ArrayNode flat(JsonNode data, ArrayNode flat) {
        for (JsonNode element : data) {
            if (element.isArray()) {
                flat(element, flat);
            } else {
                flat.add(element);
            }
        }
        return flat;
    }

    private static List<Long> shape(JsonNode shape) {
        List<Long> sizes = new ArrayList<>();
        shape.forEach(size -> sizes.add(size.asLong(-1)));
        return sizes;
    }
}
