package io.imagetransformer.command;

import java.time.Instant;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/**
 * The event that the store should have sent for an object, in S3's shape. Its source is {@link #SOURCE}, so its key is raw
 * (decision 0002).
 */
final class UploadEvent {
    static final String SOURCE = "kafka-image-transformer:reconcile";
    private static final JsonMapper JSON = new JsonMapper();

    private UploadEvent() {}

    /**
     * @param versionId null where the bucket keeps none
     * @param eTag without quotes
     * @param time when the object was written
     */
    static byte[] of(String bucket, String key, @Nullable String versionId, String eTag, long size, Instant time) {
        ObjectNode event = JSON.createObjectNode();
        ObjectNode record = event.putArray("Records").addObject();
        record.put("eventVersion", "2.1")
                .put("eventSource", SOURCE)
                .put("eventName", "ObjectCreated:Put")
                .put("eventTime", time.toString());
        ObjectNode s3 = record.putObject("s3").put("s3SchemaVersion", "1.0");
        s3.putObject("bucket").put("name", bucket);
        ObjectNode object =
                s3.putObject("object").put("key", key).put("size", size).put("eTag", eTag);
        if (versionId != null) {
            object.put("versionId", versionId);
        }
        try {
            return JSON.writeValueAsBytes(event);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("texts and numbers are JSON", e);
        }
    }
}
