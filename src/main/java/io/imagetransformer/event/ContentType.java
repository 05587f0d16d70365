package io.imagetransformer.event;

import java.util.Locale;

import org.jspecify.annotations.Nullable;

/**
 * A Content-Type as far as we need it: the media type in lower case, empty if there is none, and its charset parameter.
 * Nothing is refused here: a content type that is none says nothing, and the body decides.
 */
record ContentType(String mediaType, @Nullable String charset) {

    static ContentType of(@Nullable String header) {
        if (header == null) {
            return new ContentType("", null);
        }
        String[] parts = header.split(";");
        String charset = null;
        for (int i = 1; i < parts.length; i++) {
            String parameter = parts[i].strip();
            if (parameter.toLowerCase(Locale.ROOT).startsWith("charset=")) {
                charset = parameter
                        .substring("charset=".length())
                        .replace("\"", "")
                        .strip();
            }
        }
        return new ContentType(parts.length == 0 ? "" : parts[0].strip().toLowerCase(Locale.ROOT), charset);
    }

    /** Structured or batched: "starts with application/cloudevents" is the rule of both the Kafka and the HTTP binding. */
    boolean isCloudEvents() {
        return mediaType.startsWith("application/cloudevents");
    }

    boolean isCloudEventsBatch() {
        return mediaType.startsWith("application/cloudevents-batch");
    }

    /** A suffix such as {@code +avro} says that the event format is another than JSON, which is the default. */
    boolean isOtherThanJsonCloudEvents() {
        return isCloudEvents() && mediaType.contains("+") && !mediaType.endsWith("+json");
    }

    boolean isProtobuf() {
        return mediaType.contains("protobuf");
    }
}
