package io.imagetransformer.event;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/**
 * One event of a store: an S3 event record (MinIO, AWS, Ceph, RustFS and whoever writes the same) or an EventBridge
 * event. Sources: Amazon's "Event message structure" and "EventBridge event message structure", MinIO's
 * {@code cmd/event-notification.go}, Ceph's {@code doc/radosgw/notifications.rst}.
 *
 * <p>What pins the bytes (version id, ETag) must be right, or the record is malformed. What merely informs (size, time,
 * content type, sequencer) is unknown if unreadable: no image stays out for the sake of a date.
 */
final class StoreEvents {

    /** {@code ObjectCreated:*} holds more than these; whatever a later server adds is no upload until it is known here. */
    private static final Set<String> UPLOADS = Set.of(
            "ObjectCreated:Put", "ObjectCreated:Post", "ObjectCreated:Copy", "ObjectCreated:CompleteMultipartUpload");

    /** The API calls that EventBridge names, as the S3 notification of the same upload would. */
    private static final Map<String, String> EVENT_BRIDGE_REASONS = Map.of(
            "PutObject", "ObjectCreated:Put",
            "POST Object", "ObjectCreated:Post",
            "CopyObject", "ObjectCreated:Copy",
            "CompleteMultipartUpload", "ObjectCreated:CompleteMultipartUpload");

    private static final Pattern SOURCE = Pattern.compile("[A-Za-z0-9._:-]{1,64}");
    private static final Pattern BUCKET = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,254}");
    /** For a header and a query parameter alike; no quotes, since the ETag's own are added again. */
    private static final Pattern TOKEN = Pattern.compile("[!-~&&[^\"]]{1,1024}");

    private static final Pattern CONTENT_TYPE = Pattern.compile("[ -~]{1,255}");
    private static final Pattern SEQUENCER = Pattern.compile("[0-9A-Fa-f]{1,64}");

    private final KeyRule keys;

    StoreEvents(KeyRule keys) {
        this.keys = keys;
    }

    /**
     * @param envelope MinIO's outer object, if this record is the only one in it
     * @param attributes of the CloudEvent around it
     */
    Decoded s3Record(JsonNode record, @Nullable JsonNode envelope, Map<String, String> attributes) {
        JsonNode s3 = record.path("s3");
        if (!s3.isObject()) {
            return malformed(
                    MalformedReason.UNKNOWN_SHAPE,
                    "a record without s3" + (record.isObject() ? ", with " + Shapes.names(record) : ""));
        }
        String named = text(record, "eventName");
        if (named == null && envelope != null) {
            named = text(envelope, "EventName");
        }
        String eventName = named == null ? "" : withoutPrefix(named);
        if (eventName.isEmpty()) {
            return malformed(MalformedReason.MISSING_FIELD, "eventName");
        }
        if (!UPLOADS.contains(eventName)) {
            return ignored(IgnoredReason.NOT_AN_UPLOAD, eventName);
        }
        String eventSource = matching(SOURCE, text(record, "eventSource"));
        String envelopeKey = envelope == null ? null : text(envelope, "Key");
        JsonNode object = s3.path("object");
        return created(
                new Told(
                        eventSource == null ? "unknown" : eventSource,
                        eventName,
                        s3.path("bucket"),
                        object,
                        envelopeKey,
                        text(object, "versionId"),
                        text(object, "eTag"),
                        text(record, "eventTime")),
                attributes);
    }

    /** @param event an object with {@code detail-type}, of {@code aws.s3} */
    Decoded eventBridge(JsonNode event, Map<String, String> attributes) {
        String detailType = event.path("detail-type").asText();
        if (detailType.isEmpty()) {
            return malformed(MalformedReason.MISSING_FIELD, "detail-type");
        }
        if (!detailType.equals("Object Created")) {
            return ignored(IgnoredReason.NOT_AN_UPLOAD, detailType);
        }
        JsonNode detail = event.path("detail");
        String reason = detail.path("reason").asText("");
        JsonNode object = detail.path("object");
        return created(
                new Told(
                        event.path("source").asText(),
                        EVENT_BRIDGE_REASONS.getOrDefault(reason, "ObjectCreated"),
                        detail.path("bucket"),
                        object,
                        null,
                        text(object, "version-id"),
                        text(object, "etag"),
                        text(event, "time")),
                attributes);
    }

    static String withoutPrefix(String eventName) {
        return eventName.startsWith("s3:") ? eventName.substring("s3:".length()) : eventName;
    }

    /** What the two formats tell, under one name each. */
    private record Told(
            String eventSource,
            String eventName,
            JsonNode bucket,
            JsonNode object,
            @Nullable String envelopeKey,
            @Nullable String versionId,
            @Nullable String eTag,
            @Nullable String eventTime) {}

    private Decoded created(Told told, Map<String, String> attributes) {
        String bucket = text(told.bucket, "name");
        if (bucket == null) {
            return malformed(MalformedReason.MISSING_FIELD, "bucket name");
        }
        if (!BUCKET.matcher(bucket).matches()) {
            return malformed(MalformedReason.BAD_BUCKET, "no name of a bucket: " + bucket);
        }
        String spelled = text(told.object, "key");
        if (spelled == null) {
            return malformed(MalformedReason.MISSING_FIELD, "object key");
        }
        KeyRule.Outcome key = keys.keyOf(told.eventSource, bucket, spelled, told.envelopeKey);
        if (key instanceof KeyRule.Outcome.Bad bad) {
            return malformed(MalformedReason.BAD_KEY, bad.detail());
        }
        String decodedKey = ((KeyRule.Outcome.Key) key).value();
        if (decodedKey.endsWith("/")) {
            return ignored(IgnoredReason.DIRECTORY_MARKER, bucket + "/" + decodedKey);
        }
        String versionId = "null".equals(told.versionId) ? null : emptyAsNull(told.versionId);
        if (versionId != null && !TOKEN.matcher(versionId).matches()) {
            return malformed(MalformedReason.BAD_FIELD, "no version id: " + versionId);
        }
        String eTag = emptyAsNull(withoutQuotes(told.eTag));
        if (eTag != null && !TOKEN.matcher(eTag).matches()) {
            return malformed(MalformedReason.BAD_FIELD, "no ETag: " + eTag);
        }
        return new Decoded.Created(
                new ObjectRef(
                        bucket,
                        decodedKey,
                        versionId,
                        eTag,
                        size(told.object.path("size")),
                        matching(CONTENT_TYPE, text(told.object, "contentType")),
                        instant(told.eventTime),
                        upperCase(matching(SEQUENCER, text(told.object, "sequencer"))),
                        told.eventSource,
                        told.eventName),
                attributes);
    }

    private static @Nullable String text(JsonNode object, String field) {
        return object.path(field).textValue();
    }

    private static @Nullable String emptyAsNull(@Nullable String value) {
        return value == null || value.isEmpty() ? null : value;
    }

    private static @Nullable String withoutQuotes(@Nullable String eTag) {
        boolean quoted = eTag != null && eTag.length() >= 2 && eTag.startsWith("\"") && eTag.endsWith("\"");
        return quoted ? eTag.substring(1, eTag.length() - 1) : eTag;
    }

    private static @Nullable String matching(Pattern pattern, @Nullable String value) {
        return value != null && pattern.matcher(value).matches() ? value : null;
    }

    private static @Nullable String upperCase(@Nullable String value) {
        return value == null ? null : value.toUpperCase(Locale.ROOT);
    }

    /** Ceph's documentation shows a string where others write a number. */
    private static @Nullable Long size(JsonNode size) {
        try {
            Long bytes = null;
            if (size.isTextual()) {
                bytes = Long.valueOf(size.textValue());
            } else if (size.isIntegralNumber() && size.canConvertToLong()) {
                bytes = size.longValue();
            }
            return bytes == null || bytes < 0 ? null : bytes;
        } catch (NumberFormatException e) {
            return null;
        }
    }

    private static @Nullable Instant instant(@Nullable String time) {
        try {
            return time == null ? null : OffsetDateTime.parse(time).toInstant();
        } catch (DateTimeException e) {
            return null;
        }
    }

    private static Decoded ignored(IgnoredReason reason, String detail) {
        return new Decoded.Ignored(reason, detail);
    }

    private static Decoded malformed(MalformedReason reason, String detail) {
        return new Decoded.Malformed(reason, detail);
    }
}
