package io.imagetransformer.delivery;

import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * A Kafka record as it came.
 *
 * @param offset its own; what is committed is the one behind it
 * @param key null if it has none
 * @param value null for a tombstone
 * @param headers in their order; of several of one name the last
 */
public record SourceRecord(
        String topic,
        int partition,
        long offset,
        byte @Nullable [] key,
        byte @Nullable [] value,
        Map<String, byte[]> headers) {

    /** Where it lies, for a person: {@code topic/partition/offset}. */
    public String place() {
        return topic + "/" + partition + "/" + offset;
    }
}
