package io.imagetransformer.event;

import java.util.List;
import java.util.Map;

/**
 * From one Kafka record or HTTP request to its verdicts. Known shapes: MinIO's and RustFS's envelope, {@code Records} of
 * S3 (AWS, Ceph, MinIO …), a single S3 record, EventBridge, S3's test event; each of them bare, within an SNS
 * notification, within {@code {"data": …}}, within a CloudEvent (binary, structured, batched; as JSON, as a string or in
 * Base64), and in a list of any of these. A wrapper is opened once: what is wrapped twice in one kind is unknown.
 *
 * <p>The content type decides only where it says CloudEvents (or Protocol Buffers); everything else is known by its
 * body, since MinIO sends no headers and Knative's KafkaSource then no Content-Type.
 *
 * <p>Immutable, safe for any number of threads.
 */
public final class EventDecoder {
    private final DecoderLimits limits;
    private final JsonReader json;
    private final StoreEvents storeEvents;

    /** With the decode rule for keys as it stands. */
    public EventDecoder(DecoderLimits limits) {
        this(limits, Map.of());
    }

    /**
     * @param keyEncodings how a source ({@code aws:s3}, {@code ceph:s3}, {@code aws.s3}, {@code unknown} …) writes the
     *     keys of its records, where it differs from the rule; for such a source an envelope's {@code Key} is not looked
     *     at
     */
    public EventDecoder(DecoderLimits limits, Map<String, KeyEncoding> keyEncodings) {
        this.limits = limits;
        this.json = new JsonReader(limits);
        this.storeEvents = new StoreEvents(new KeyRule(keyEncodings, limits.maxKeyBytes()));
    }

    /**
     * The verdicts, in the order of the event's records. Never throws, never null; at least one, at most
     * {@link DecoderLimits#maxRecords()}. A list that would lead beyond this is refused whole, as one
     * {@link MalformedReason#TOO_MANY_RECORDS}.
     */
    public List<Decoded> decode(IncomingEvent event) {
        return new Decoding(limits, json, storeEvents).verdicts(event);
    }
}
