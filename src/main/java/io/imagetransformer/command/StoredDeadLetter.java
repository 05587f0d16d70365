package io.imagetransformer.command;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.StreamSupport;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

import io.imagetransformer.delivery.DeadLetter;
import io.imagetransformer.delivery.DeadLetterHeaders;

/**
 * A dead letter as it lies in its topic. Whatever the record holds, nothing is thrown: others may write to the topic, and
 * other versions of this program did.
 */
final class StoredDeadLetter {
    private static final JsonMapper JSON = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();
    private static final TypeReference<List<DeadLetter.Cause>> CAUSES = new TypeReference<>() {};

    private final ConsumerRecord<byte[], byte[]> record;
    private final List<DeadLetter.Cause> causes;

    StoredDeadLetter(ConsumerRecord<byte[], byte[]> record) {
        this.record = record;
        this.causes = readCauses();
    }

    private List<DeadLetter.Cause> readCauses() {
        try {
            String json = header(DeadLetterHeaders.CAUSES);
            return json == null ? List.of() : List.copyOf(JSON.readValue(json, CAUSES));
        } catch (IOException | RuntimeException e) {
            return List.of();
        }
    }

    Place place() {
        return new Place(record.partition(), record.offset());
    }

    /** The last of this name, as text; null where there is none. */
    @Nullable
    String header(String name) {
        Header header = record.headers().lastHeader(name);
        return header == null || header.value() == null ? null : new String(header.value(), StandardCharsets.UTF_8);
    }

    private String text(String name) {
        return Optional.ofNullable(header(name)).orElse("");
    }

    /** A code, or empty where the record is none of our dead letters. */
    String reason() {
        return text(DeadLetterHeaders.REASON);
    }

    String stage() {
        return text(DeadLetterHeaders.STAGE);
    }

    /** Those that are listed: of a letter that was too large, the first ones. */
    List<DeadLetter.Cause> causes() {
        return causes;
    }

    /** When it was given up; else when it came into the topic. */
    Instant time() {
        try {
            return Instant.parse(text(DeadLetterHeaders.TIME));
        } catch (DateTimeException e) {
            return Instant.ofEpochMilli(record.timestamp());
        }
    }

    /** How often its record was replayed before. */
    long replays() {
        String told = text(DeadLetterHeaders.REPLAYS);
        return told.matches("\\d{1,9}") ? Long.parseLong(told) : 0;
    }

    byte @Nullable [] key() {
        return record.key();
    }

    byte @Nullable [] value() {
        return record.value();
    }

    /** The headers that the record had before it was a dead letter, by the names that they had. */
    List<Map.Entry<String, byte[]>> originalHeaders() {
        return StreamSupport.stream(record.headers().spliterator(), false)
                .filter(header -> DeadLetterHeaders.isCarried(header.key()))
                .map(header -> Map.entry(
                        DeadLetterHeaders.original(header.key()),
                        header.value() == null ? new byte[0] : header.value()))
                .toList();
    }

    /** Why it cannot be replayed; null where it can. */
    @Nullable
    String obstacle() {
        if (reason().isEmpty()) {
            return "it was not written by this program";
        }
        return record.value() == null
                ? "its value was left out, because the topic did not take a record of its size: hand its objects over"
                        + " with reconcile --with-dead-letters"
                : null;
    }

    /**
     * The record as it was, with one more replay told. Where its partition still exists it goes there: so it stays in line
     * with the other events of its key, whoever's partitioner chose.
     *
     * @param topic the events topic
     * @param partitions how many that has
     */
    ProducerRecord<byte[], byte[]> original(String topic, int partitions) {
        String partition = text(DeadLetterHeaders.PARTITION);
        boolean stands = topic.equals(header(DeadLetterHeaders.TOPIC))
                && partition.matches("\\d{1,9}")
                && Integer.parseInt(partition) < partitions;
        ProducerRecord<byte[], byte[]> original =
                new ProducerRecord<>(topic, stands ? Integer.valueOf(partition) : null, record.key(), record.value());
        originalHeaders().stream()
                .filter(header -> !header.getKey().equals(DeadLetterHeaders.REPLAYS))
                .forEach(header -> original.headers().add(header.getKey(), header.getValue()));
        original.headers()
                .add(DeadLetterHeaders.REPLAYS, String.valueOf(replays() + 1).getBytes(StandardCharsets.UTF_8));
        return original;
    }
}
