package io.imagetransformer.delivery;

import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * A Kafka record as it came.
 *
 * @param headers in their order
 */
public record SourceRecord(
        String topic,
        int partition,
        long offset,
        byte @Nullable [] key,
        byte @Nullable [] value,
        Map<String, byte[]> headers) {}
