package io.imagetransformer.command;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

import io.imagetransformer.camel.KafkaClients;

/** Sends records to the events topic, where the pipeline takes them as any other. */
final class EventsTopic implements AutoCloseable {
    private final KafkaClients kafka;
    private final String topic;
    private final Producer<byte[], byte[]> producer;
    private final int partitions;
    private final AtomicLong acknowledged = new AtomicLong();
    private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();

    /** @throws CommandFailure where the topic, or Kafka, is not there: nothing creates it by accident */
    EventsTopic(KafkaClients kafka, String topic) {
        this.kafka = kafka;
        this.topic = topic;
        try (TopicReader reader = new TopicReader(kafka, topic)) {
            partitions = reader.partitionCount();
        }
        producer = kafka.producer();
    }

    int partitions() {
        return partitions;
    }

    /** Returns before it is acknowledged: {@link #flush} waits for that. */
    void send(ProducerRecord<byte[], byte[]> record) {
        requireNoFailure();
        try {
            producer.send(record, (sent, thrown) -> {
                if (thrown == null) {
                    acknowledged.incrementAndGet();
                } else {
                    failure.compareAndSet(null, thrown);
                }
            });
        } catch (KafkaException e) {
            failure.compareAndSet(null, e);
            requireNoFailure();
        }
    }

    /** Waits until all that was sent is acknowledged. */
    void flush() {
        producer.flush();
        requireNoFailure();
    }

    private void requireNoFailure() {
        Exception thrown = failure.get();
        if (thrown != null) {
            throw new CommandFailure("Kafka at " + kafka.brokers() + " does not take more for topic " + topic + ": "
                    + thrown.getMessage() + "; " + acknowledged.get()
                    + " were taken before; run it again, a record that comes twice does no harm");
        }
    }

    @Override
    public void close() {
        try {
            flush();
        } finally {
            producer.close(Duration.ZERO);
        }
    }
}
