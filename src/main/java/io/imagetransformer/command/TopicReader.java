package io.imagetransformer.command;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;

import io.imagetransformer.camel.KafkaClients;

/**
 * Reads a topic as it stands: from its beginning to where it ended when the reader was made. Joins no group and commits
 * nothing, so nobody notices.
 */
final class TopicReader implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration LONGEST_SILENCE = Duration.ofSeconds(30);

    private final KafkaClients kafka;
    private final String topic;
    private final Consumer<byte[], byte[]> consumer;
    private final Map<TopicPartition, Long> beginnings;
    private final Map<TopicPartition, Long> ends;

    /**
     * @throws NoSuchTopic where the topic is not there
     * @throws CommandFailure where Kafka is not there
     */
    TopicReader(KafkaClients kafka, String topic) {
        this.kafka = kafka;
        this.topic = topic;
        consumer = kafka.consumer();
        try {
            List<TopicPartition> partitions = partitions();
            consumer.assign(partitions);
            beginnings = consumer.beginningOffsets(partitions);
            ends = consumer.endOffsets(partitions);
        } catch (KafkaException e) {
            consumer.close();
            throw away(e);
        } catch (CommandFailure e) {
            consumer.close();
            throw e;
        }
    }

    private List<TopicPartition> partitions() {
        List<PartitionInfo> infos = consumer.partitionsFor(topic);
        if (infos == null || infos.isEmpty()) {
            throw new NoSuchTopic("there is no topic " + topic + " at " + kafka.brokers()
                    + ": nothing was sent there yet, or the settings name another");
        }
        return infos.stream()
                .map(info -> new TopicPartition(info.topic(), info.partition()))
                .toList();
    }

    private CommandFailure away(KafkaException e) {
        return new CommandFailure("Kafka at " + kafka.brokers() + " cannot be read: " + e.getMessage()
                + ": look at kafka.brokers, or wait until it is back");
    }

    /** How many records there are, at most: those that were compacted or rolled back count. */
    long size() {
        return ends.entrySet().stream()
                .mapToLong(end -> end.getValue() - beginnings.get(end.getKey()))
                .sum();
    }

    int partitionCount() {
        return ends.size();
    }

    /**
     * Shows each record, in the order of its partition.
     *
     * @param goOn false ends the reading
     */
    void forEach(Predicate<ConsumerRecord<byte[], byte[]>> goOn) {
        try {
            consumer.assign(ends.keySet());
            beginnings.forEach(consumer::seek);
            long lastNews = System.nanoTime();
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                boolean any = false;
                for (ConsumerRecord<byte[], byte[]> polled : consumer.poll(POLL)) {
                    any = true;
                    boolean known = polled.offset() < ends.get(new TopicPartition(topic, polled.partition()));
                    if (known && !goOn.test(polled)) {
                        return;
                    }
                }
                lastNews = any ? System.nanoTime() : lastNews;
                if (System.nanoTime() - lastNews > LONGEST_SILENCE.toNanos()) {
                    throw new CommandFailure("Kafka at " + kafka.brokers() + " gives no more of topic " + topic
                            + " for " + LONGEST_SILENCE.toSeconds() + " s: try again");
                }
            }
        } catch (KafkaException e) {
            throw away(e);
        }
    }

    /**
     * The one record at a place.
     *
     * @throws CommandFailure where there is none
     */
    ConsumerRecord<byte[], byte[]> at(Place place) {
        TopicPartition partition = new TopicPartition(topic, place.partition());
        long end = ends.getOrDefault(partition, 0L);
        try {
            if (ends.containsKey(partition) && place.offset() >= beginnings.get(partition) && place.offset() < end) {
                consumer.assign(List.of(partition));
                consumer.seek(partition, place.offset());
                long started = System.nanoTime();
                while (consumer.position(partition) <= place.offset()
                        && System.nanoTime() - started < LONGEST_SILENCE.toNanos()) {
                    for (ConsumerRecord<byte[], byte[]> polled : consumer.poll(POLL)) {
                        if (polled.offset() == place.offset()) {
                            return polled;
                        }
                    }
                }
            }
        } catch (KafkaException e) {
            throw away(e);
        }
        throw new CommandFailure("there is no record " + place + " in topic " + topic + ": " + range(partition, end));
    }

    private String range(TopicPartition partition, long end) {
        Long beginning = beginnings.get(partition);
        if (beginning == null) {
            return "its partitions are 0 to " + (ends.size() - 1);
        }
        return beginning == end
                ? "partition " + partition.partition() + " is empty"
                : "partition " + partition.partition() + " holds " + beginning + " to " + (end - 1);
    }

    @Override
    public void close() {
        consumer.close(Duration.ZERO);
    }
}
