package io.imagetransformer.command;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;

/** A record for the eyes of whoever is on call: without what uploaders said about their images and what people sign with. */
final class Redacted {
    private static final String GONE = "(redacted)";
    private static final Pattern SENSITIVE = Pattern.compile(
            "(?i).*(authorization|cookie|token|secret|password|credential|signature|api-?key|access-?key"
                    + "|user-?metadata|x-amz-meta-).*");
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private Redacted() {}

    static String header(String name, byte[] value) {
        return SENSITIVE.matcher(name).matches() ? GONE : new String(value, StandardCharsets.UTF_8);
    }

    /** Indented lines; empty where the value is no JSON object, and so nobody knows what stands where. */
    static Optional<List<String>> json(byte[] value) {
        try {
            JsonNode tree = JSON.readTree(value);
            return tree instanceof ObjectNode || tree instanceof ArrayNode
                    ? Optional.of(JSON.writerWithDefaultPrettyPrinter()
                            .writeValueAsString(redacted(tree))
                            .lines()
                            .toList())
                    : Optional.empty();
        } catch (IOException | RuntimeException | StackOverflowError e) {
            return Optional.empty();
        }
    }

    private static JsonNode redacted(JsonNode node) throws JsonProcessingException {
        if (node instanceof ObjectNode object) {
            List<String> names = new ArrayList<>();
            object.fieldNames().forEachRemaining(names::add);
            for (String name : names) {
                object.set(
                        name, SENSITIVE.matcher(name).matches() ? TextNode.valueOf(GONE) : redacted(object.get(name)));
            }
        } else if (node instanceof ArrayNode array) {
            for (int i = 0; i < array.size(); i++) {
                array.set(i, redacted(array.get(i)));
            }
        } else if (node.isTextual() && node.textValue().stripLeading().startsWith("{")) {
            return insideText(node);
        }
        return node;
    }

    /** SNS wraps the event's JSON in a string. */
    private static JsonNode insideText(JsonNode text) {
        try {
            return redacted(JSON.readTree(text.textValue()));
        } catch (IOException e) {
            return text;
        }
    }
}
