package io.imagetransformer.camel;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.component.kafka.KafkaConstants;
import org.apache.camel.component.kafka.consumer.KafkaManualCommit;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.imagetransformer.delivery.Batch;
import io.imagetransformer.delivery.BatchGivenBack;
import io.imagetransformer.delivery.BatchLimits;
import io.imagetransformer.delivery.SourceRecord;
import io.imagetransformer.event.Decoded;
import io.imagetransformer.event.EventDecoder;
import io.imagetransformer.event.IncomingEvent;
import io.imagetransformer.event.MalformedReason;
import io.imagetransformer.event.SourcePolicy;

/**
 * Between camel-kafka's batches (a list of exchanges, each with its own commit handle) and ours.
 *
 * <p>Used by the intake route alone; one instance serves all its consumers.
 */
public final class KafkaBatches {
    private static final Logger LOGGER = LoggerFactory.getLogger(KafkaBatches.class);
    private static final String COMMITS = "kafkaCommits";

    private final EventDecoder decoder;
    private final SourcePolicy policy;
    private final BatchLimits limits;
    private final Duration hold;
    private final Meters meters;

    /** @param hold how long a batch waits for infrastructure before it is given back */
    public KafkaBatches(EventDecoder decoder, SourcePolicy policy, BatchLimits limits, Duration hold, Meters meters) {
        this.decoder = decoder;
        this.policy = policy;
        this.limits = limits;
        this.hold = hold;
        this.meters = meters;
    }

    /** Body: list of exchanges, becomes the {@link Batch}. */
    public void decode(Exchange exchange) {
        List<?> polled = exchange.getMessage().getBody(List.class);
        Map<SourceRecord, KafkaManualCommit> commits = new IdentityHashMap<>();
        List<SourceRecord> records = new ArrayList<>(polled.size());
        for (Object element : polled) {
            Message message = ((Exchange) element).getMessage();
            SourceRecord record = record(message);
            records.add(record);
            commits.put(record, message.getHeader(KafkaConstants.MANUAL_COMMIT, KafkaManualCommit.class));
        }
        Batch batch = new Batch(records, this::decode, limits, System.nanoTime() + hold.toNanos());
        exchange.setProperty(COMMITS, commits);
        Exchanges.put(exchange, batch);
        exchange.getMessage().removeHeaders("*");
        exchange.getMessage().setBody(batch);
    }

    private List<Decoded> decode(SourceRecord record) {
        Map<String, String> headers = new HashMap<>();
        record.headers().forEach((name, value) -> headers.put(name, new String(value, StandardCharsets.UTF_8)));
        try {
            return decoder.decode(new IncomingEvent(headers, record.value())).stream()
                    .map(policy::apply)
                    .toList();
        } catch (RuntimeException e) {
            // A defect of ours: this record must neither hold its partition for ever nor vanish.
            LOGGER.error("the record at {} could not be decoded: {}", record.place(), e.getMessage(), e);
            return List.of(new Decoded.Malformed(
                    MalformedReason.UNKNOWN_SHAPE,
                    "its decoding failed: " + e.getClass().getSimpleName()));
        }
    }

    private static SourceRecord record(Message message) {
        Map<String, byte[]> headers = new LinkedHashMap<>();
        Headers kafkaHeaders = message.getHeader(KafkaConstants.HEADERS, Headers.class);
        if (kafkaHeaders != null) {
            for (Header header : kafkaHeaders) {
                headers.put(header.key(), header.value() == null ? new byte[0] : header.value());
            }
        }
        return new SourceRecord(
                message.getHeader(KafkaConstants.TOPIC, String.class),
                message.getHeader(KafkaConstants.PARTITION, Integer.class),
                message.getHeader(KafkaConstants.OFFSET, Long.class),
                message.getHeader(KafkaConstants.KEY, byte[].class),
                message.getBody(byte[].class),
                headers);
    }

    /**
     * Commits, per partition, up to the last record before which all have an outcome.
     *
     * @throws BatchGivenBack where Kafka does not take the commit: the partitions are somebody else's by now, or it is
     *     away
     */
    public void commit(Exchange exchange) {
        Batch batch = Exchanges.batch(exchange);
        Map<?, ?> commits = exchange.getProperty(COMMITS, Map.class);
        try {
            batch.committable().forEach(record -> ((KafkaManualCommit) commits.get(record)).commit());
        } catch (RuntimeException e) {
            throw new BatchGivenBack("Kafka did not take the commit: " + e.getMessage(), e);
        }
        meters.ended(batch);
    }

    /** @throws BatchGivenBack where some upload is still pending, so that Kafka brings its record again */
    public void giveBackUnfinished(Exchange exchange) {
        Batch batch = Exchanges.batch(exchange);
        if (batch.isUnfinished()) {
            LOGGER.info(
                    "a batch is given back to Kafka, its unfinished images come again, from {} on: {}",
                    batch.firstUnfinished().map(SourceRecord::place).orElse("its beginning"),
                    batch.waitingFor());
            throw new BatchGivenBack("given back to Kafka, to be taken again: " + batch.waitingFor(), null);
        }
    }
}
