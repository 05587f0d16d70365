package io.imagetransformer.pipeline;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Collectors;

/** Events as S3 writes them, for objects that are not as the event says, or are not there. */
final class Events {
    private Events() {}

    /** One record of an event: an upload to a bucket. */
    static String record(String bucket, String key, long size) {
        return record("s3:ObjectCreated:Put", bucket, key, size);
    }

    static String record(String name, String bucket, String key, long size) {
        return """
                {"eventSource":"aws:s3","eventName":"%s","s3":{"bucket":{"name":"%s"},"object":{"key":"%s","size":%d}}}""".formatted(name, bucket, URLEncoder.encode(key, StandardCharsets.UTF_8), size);
    }

    /** A whole event. */
    static String of(String... records) {
        return Arrays.stream(records).collect(Collectors.joining(",", "{\"Records\":[", "]}"));
    }

    static String upload(String bucket, String key, long size) {
        return of(record(bucket, key, size));
    }
}
