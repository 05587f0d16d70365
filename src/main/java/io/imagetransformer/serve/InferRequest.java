package io.imagetransformer.serve;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import org.jspecify.annotations.Nullable;

import io.imagetransformer.event.Printable;

/**
 * The body of a V2 inference request whose BYTES tensors hold events, one per element; as JSON, or as binary data behind
 * it (each element behind its length, four bytes, little endian).
 *
 * <p>Source: KServe's Open Inference Protocol, "Inference Request JSON Object" and "Binary Tensor Data Extension".
 */
sealed interface InferRequest {
    /** @param bytes the elements of all tensors, in order; at least one */
    record Elements(List<byte[]> bytes, @Nullable String id) implements InferRequest {}

    /** JSON, or none, without {@code inputs}. */
    record None() implements InferRequest {}

    /** @param why one line for a person */
    record Unreadable(String why) implements InferRequest {}

    JsonMapper JSON = mapper();

    private static JsonMapper mapper() {
        JsonMapper mapper = new JsonMapper();
        mapper.getFactory()
                .setStreamReadConstraints(
                        StreamReadConstraints.builder().maxNestingDepth(64).build());
        return mapper;
    }

    /** @param headerLength of {@code Inference-Header-Content-Length}: bytes of JSON before binary data; null without */
    static InferRequest read(byte[] body, @Nullable String headerLength) {
        int json = body.length;
        if (headerLength != null) {
            if (!headerLength.matches("\\d{1,9}") || Integer.parseInt(headerLength) > body.length) {
                return new Unreadable("Inference-Header-Content-Length is no length within the body");
            }
            json = Integer.parseInt(headerLength);
        }
        JsonNode root;
        try {
            root = JSON.readTree(body, 0, json);
        } catch (IOException e) {
            return new None();
        }
        JsonNode inputs = root.path("inputs");
        if (!inputs.isArray()) {
            return new None();
        }
        List<byte[]> elements = new ArrayList<>();
        ByteBuffer binary =
                ByteBuffer.wrap(body, json, body.length - json).slice().order(ByteOrder.LITTLE_ENDIAN);
        for (JsonNode input : inputs) {
            String wrong = input.path("datatype").asText().equals("BYTES")
                    ? add(input, binary, elements)
                    : "is no BYTES tensor: each of its elements is to be an event";
            if (wrong != null) {
                return new Unreadable(
                        "the input " + Printable.line(input.path("name").toString()) + " " + wrong);
            }
        }
        if (elements.isEmpty()) {
            return new Unreadable("inputs holds no event");
        }
        JsonNode id = root.path("id");
        return new Elements(elements, id.isTextual() ? id.textValue() : null);
    }

    private static @Nullable String add(JsonNode input, ByteBuffer binary, List<byte[]> elements) {
        JsonNode size = input.path("parameters").path("binary_data_size");
        if (size.isMissingNode()) {
            JsonNode data = input.path("data");
            return data.isArray() ? addJson(data, elements) : "has no data";
        }
        if (!size.canConvertToInt() || size.intValue() < 0 || size.intValue() > binary.remaining()) {
            return "tells a binary_data_size beyond the body";
        }
        return addBinary(take(binary, size.intValue()), elements);
    }

    /** Flat, or nested as the shape is. */
    private static @Nullable String addJson(JsonNode data, List<byte[]> elements) {
        for (JsonNode element : data) {
            if (element.isTextual()) {
                elements.add(element.textValue().getBytes(StandardCharsets.UTF_8));
            } else if (element.isObject()) {
                elements.add(element.toString().getBytes(StandardCharsets.UTF_8));
            } else if (!element.isArray() || addJson(element, elements) != null) {
                return "holds an element that is no text";
            }
        }
        return null;
    }

    private static @Nullable String addBinary(ByteBuffer tensor, List<byte[]> elements) {
        while (tensor.remaining() >= Integer.BYTES) {
            int length = tensor.getInt();
            if (length < 0 || length > tensor.remaining()) {
                return "holds an element that is longer than its binary data";
            }
            ByteBuffer element = take(tensor, length);
            elements.add(Arrays.copyOfRange(
                    element.array(), element.arrayOffset(), element.arrayOffset() + element.remaining()));
        }
        return tensor.hasRemaining() ? "holds binary data that is cut off" : null;
    }

    private static ByteBuffer take(ByteBuffer from, int length) {
        ByteBuffer part = from.slice().order(ByteOrder.LITTLE_ENDIAN).limit(length);
        from.position(from.position() + length);
        return part;
    }
}
