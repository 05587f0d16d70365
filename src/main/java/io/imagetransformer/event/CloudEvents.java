package io.imagetransformer.event;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.cloudevents.CloudEvent;
import io.cloudevents.CloudEventData;
import io.cloudevents.SpecVersion;
import io.cloudevents.core.builder.CloudEventBuilder;
import org.jspecify.annotations.Nullable;

/**
 * CloudEvents around an event of a store, read by the CloudEvents SDK. In binary mode the attributes are headers: {@code
 * ce_*} over Kafka, {@code ce-*} and percent-encoded over HTTP (the two protocol bindings). As the SDK has it, {@code
 * specversion} decides whether it is a CloudEvent: with it, {@code id}, {@code source} and {@code type} must be there;
 * without it, other such headers mean nothing.
 */
final class CloudEvents {

    /** A CloudEvent, or why it is none. */
    sealed interface Outcome {
        /** @param data null if the event has none */
        record Read(
                Map<String, String> attributes, @Nullable CloudEventData data) implements Outcome {}

        record Invalid(String detail) implements Outcome {}
    }

    private static final String KAFKA = "ce_";
    private static final String HTTP = "ce-";
    private static final String SPEC_VERSION = "specversion";
    /** What has another name is none of CloudEvents', and none of our business. */
    private static final Pattern ATTRIBUTE_NAME = Pattern.compile("[a-z0-9]+");

    private CloudEvents() {}

    /** The attributes in the headers, without data; null if the headers are no CloudEvent's. */
    static @Nullable Outcome ofHeaders(IncomingEvent event) {
        if (event.header(KAFKA + SPEC_VERSION) != null) {
            return ofHeaders(event, KAFKA);
        }
        if (event.header(HTTP + SPEC_VERSION) != null) {
            return ofHeaders(event, HTTP);
        }
        return null;
    }

    /** Of a structured event, or of one within a batch. */
    static Outcome ofJson(JsonReader json, JsonNode node) {
        if (!node.isObject()) {
            return new Outcome.Invalid("a CloudEvent that is no JSON object");
        }
        try {
            return read(json.cloudEvent(node));
        } catch (JsonProcessingException e) {
            return invalid(e, e.getOriginalMessage());
        } catch (RuntimeException e) {
            return invalid(e, e.getMessage());
        }
    }

    /** By its required attributes: a structured event is known even where nobody said so in a content type. */
    static boolean isOne(JsonNode object) {
        return object.path(SPEC_VERSION).isTextual()
                && object.path("type").isTextual()
                && object.path("source").isTextual();
    }

    private static Outcome ofHeaders(IncomingEvent event, String prefix) {
        try {
            String version = decoded(event.headers().get(prefix + SPEC_VERSION), prefix);
            CloudEventBuilder builder = CloudEventBuilder.fromSpecVersion(SpecVersion.parse(version));
            event.headers().forEach((header, value) -> {
                String name = header.startsWith(prefix) ? header.substring(prefix.length()) : "";
                if (ATTRIBUTE_NAME.matcher(name).matches() && !name.equals(SPEC_VERSION) && !name.equals("data")) {
                    builder.withContextAttribute(name, decoded(value, prefix));
                }
            });
            String contentType = event.header("content-type");
            if (contentType != null) {
                builder.withContextAttribute("datacontenttype", contentType);
            }
            return read(builder.build());
        } catch (RuntimeException e) {
            return invalid(e, e.getMessage());
        }
    }

    private static Outcome read(CloudEvent event) {
        Map<String, String> attributes = new LinkedHashMap<>();
        event.getAttributeNames().forEach(name -> put(attributes, name, event.getAttribute(name)));
        event.getExtensionNames().forEach(name -> put(attributes, name, event.getExtension(name)));
        return new Outcome.Read(attributes, event.getData());
    }

    private static void put(Map<String, String> attributes, String name, @Nullable Object value) {
        // The SDK lets an empty name pass.
        if (value != null && ATTRIBUTE_NAME.matcher(name).matches()) {
            attributes.put(name, value.toString());
        }
    }

    private static String decoded(String value, String prefix) {
        if (prefix.equals(KAFKA) || value.indexOf('%') < 0) {
            return value;
        }
        try {
            return URLDecoder.decode(value.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return value;
        }
    }

    private static Outcome invalid(Exception thrown, @Nullable String message) {
        return new Outcome.Invalid(
                message == null ? "no CloudEvent: " + thrown.getClass().getSimpleName() : message);
    }
}
