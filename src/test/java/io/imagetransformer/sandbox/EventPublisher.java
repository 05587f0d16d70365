package io.imagetransformer.sandbox;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends events to a topic, one after the other, behind the back of the uploads: an upload never waits for Kafka. While
 * the broker or the topic is away, events wait here and go out in their order afterwards, as with MinIO's queue
 * directory (without one, MinIO drops them). An event may come twice after an outage.
 */
final class EventPublisher implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(EventPublisher.class);
    private static final Duration LONGEST_FLUSH = Duration.ofMinutes(1);
    private static final Duration LONGEST_CLOSE = Duration.ofSeconds(10);

    private final String topic;
    private final KafkaProducer<byte[], byte[]> producer;
    private final ThreadPoolExecutor sender =
            new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                Thread thread = new Thread(task, "s3-notifications");
                thread.setDaemon(true);
                return thread;
            });

    EventPublisher(String bootstrapServers, String topic) {
        this.topic = topic;
        this.producer = new KafkaProducer<>(
                Map.of(
                        "bootstrap.servers", bootstrapServers,
                        "max.block.ms", "2000",
                        "request.timeout.ms", "2000",
                        "delivery.timeout.ms", "4000",
                        "linger.ms", "0",
                        // A topic that is created again, or grows, is noticed soon.
                        "metadata.max.age.ms", "1000",
                        "reconnect.backoff.max.ms", "200"),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    void publish(String key, byte[] event) {
        ProducerRecord<byte[], byte[]> record =
                new ProducerRecord<>(topic, key.getBytes(StandardCharsets.UTF_8), event);
        sender.execute(() -> sendUntilAcknowledged(record));
    }

    private void sendUntilAcknowledged(ProducerRecord<byte[], byte[]> record) {
        while (!Thread.currentThread().isInterrupted()) {
            try {
                producer.send(record).get();
                return;
            } catch (ExecutionException e) {
                LOGGER.atDebug().addKeyValue("topic", topic).setCause(e).log("event not sent yet");
            } catch (InterruptedException | org.apache.kafka.common.errors.InterruptException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /**
     * Waits until every event so far is in the topic.
     *
     * @throws IllegalStateException where that takes more than a minute
     */
    void flush() {
        try {
            sender.submit(() -> {}).get(LONGEST_FLUSH.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } catch (ExecutionException | java.util.concurrent.TimeoutException e) {
            throw new IllegalStateException(sender.getQueue().size() + " events cannot be sent to topic " + topic, e);
        }
    }

    /** Sends what waits; after ten seconds without a broker gives up and tells how many events are lost. */
    @Override
    public void close() {
        sender.shutdown();
        try {
            if (!sender.awaitTermination(LONGEST_CLOSE.toSeconds(), TimeUnit.SECONDS)) {
                int waiting = sender.shutdownNow().size();
                LOGGER.atError()
                        .addKeyValue("topic", topic)
                        .addKeyValue("events", waiting + 1)
                        .log("events lost: the broker or the topic is away");
            }
        } catch (InterruptedException e) {
            sender.shutdownNow();
            Thread.currentThread().interrupt();
        }
        producer.close(Duration.ZERO);
    }
}
