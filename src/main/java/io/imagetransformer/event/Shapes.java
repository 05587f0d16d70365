package io.imagetransformer.event;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/** Tells a JSON object's shape by the fields that only this shape has. */
final class Shapes {
    private static final int NAMES_TOLD = 8;

    private Shapes() {}

    /** AWS SNS, as its HTTP, SQS and Lambda subscribers get it ("Parsing Amazon SNS message formats"). */
    static boolean isSns(JsonNode object) {
        return object.path("Type").isTextual() && object.path("TopicArn").isTextual() || isSnsNotification(object);
    }

    static boolean isSnsNotification(JsonNode object) {
        return object.path("Type").asText().equals("Notification")
                && object.path("Message").isTextual();
    }

    /** What S3 sends to see whether it may, when notifications are set up. */
    static boolean isTestEvent(JsonNode object) {
        return StoreEvents.withoutPrefix(object.path("Event").asText()).equals("TestEvent");
    }

    static boolean isEventBridge(JsonNode object) {
        return object.path("detail-type").isTextual()
                && object.path("source").asText().equals("aws.s3");
    }

    static boolean isS3Record(JsonNode object) {
        return object.path("s3").isObject();
    }

    /** The name of a store that is not read over S3, by its body: Event Grid's two schemas, and Google's own resource. */
    static @Nullable String foreignStore(JsonNode object) {
        if (object.path("eventType").asText().startsWith("Microsoft.Storage.")) {
            return "Azure Blob Storage";
        }
        return object.path("kind").asText().equals("storage#object") ? "Google Cloud Storage" : null;
    }

    /** As above, by the type of the CloudEvent around it. */
    static @Nullable String foreignStore(Map<String, String> attributes) {
        String type = attributes.getOrDefault("type", "");
        if (type.startsWith("Microsoft.Storage.")) {
            return "Azure Blob Storage";
        }
        return type.startsWith("google.cloud.storage.") ? "Google Cloud Storage" : null;
    }

    /** Google's Pub/Sub notifications tell the object in attributes, which come as headers. */
    static boolean isGooglePubSub(IncomingEvent event) {
        return event.header("eventtype") != null
                && event.header("bucketid") != null
                && event.header("objectid") != null;
    }

    /** The first names of an object's fields, for a person who wonders what was sent. */
    static String names(JsonNode object) {
        List<String> names = new ArrayList<>();
        for (Iterator<String> all = object.fieldNames(); all.hasNext() && names.size() < NAMES_TOLD; ) {
            names.add(all.next());
        }
        if (names.isEmpty()) {
            return "no fields";
        }
        return "fields " + String.join(", ", names) + (object.size() > NAMES_TOLD ? ", …" : "");
    }
}
