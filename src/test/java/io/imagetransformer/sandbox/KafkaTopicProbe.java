package io.imagetransformer.sandbox;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Looks at a Kafka cluster from outside, and puts records into it: what a test sends, and what it asserts at the far
 * end. Each method returns when the broker has answered, and throws {@link IllegalStateException} where it does not
 * within 20 seconds or refuses. Clients are made at the first use; they survive an outage of the broker.
 */
public final class KafkaTopicProbe implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(20);
    /** Records of a transaction that was rolled back were never there. */
    private static final IsolationLevel ISOLATION = IsolationLevel.READ_COMMITTED;

    private static final ListOffsetsOptions COMMITTED = new ListOffsetsOptions(ISOLATION);

    private final String bootstrapServers;
    private @Nullable Admin admin;
    private @Nullable KafkaProducer<byte[], byte[]> producer;

    /** @param bootstrapServers {@code host:port}, or several, separated by commas */
    public KafkaTopicProbe(String bootstrapServers) {
        this.bootstrapServers = bootstrapServers;
    }

    public void createTopic(String name, int partitions) {
        createTopic(name, partitions, Map.of());
    }

    /** @param configs the topic's own settings, such as {@code max.message.bytes} */
    public void createTopic(String name, int partitions, Map<String, String> configs) {
        NewTopic topic = new NewTopic(name, partitions, (short) 1).configs(configs);
        await(admin().createTopics(List.of(topic)).all(), "create topic " + name);
    }

    public void deleteTopic(String name) {
        await(admin().deleteTopics(List.of(name)).all(), "delete topic " + name);
    }

    /** Removes all records so far, as the topic's retention does in time. */
    public void deleteRecords(String topic) {
        Map<TopicPartition, RecordsToDelete> all = new LinkedHashMap<>();
        endOffsets(topic)
                .forEach((partition, end) ->
                        all.put(new TopicPartition(topic, partition), RecordsToDelete.beforeOffset(end)));
        await(admin().deleteRecords(all).all(), "delete records of " + topic);
    }

    /** Commits this offset for each partition, in the place of a group that has no member now. */
    public void commit(String group, String topic, long offset) {
        Map<TopicPartition, OffsetAndMetadata> commits = new LinkedHashMap<>();
        endOffsets(topic)
                .keySet()
                .forEach(partition -> commits.put(new TopicPartition(topic, partition), new OffsetAndMetadata(offset)));
        await(admin().alterConsumerGroupOffsets(group, commits).all(), "commit for group " + group);
    }

    /** Raises the number of partitions. */
    public void addPartitions(String topic, int newTotal) {
        await(
                admin().createPartitions(Map.of(topic, NewPartitions.increaseTo(newTotal)))
                        .all(),
                "add to " + topic);
    }

    public boolean topicExists(String name) {
        return await(admin().listTopics().names(), "list topics").contains(name);
    }

    public int partitionCount(String topic) {
        return await(admin().describeTopics(List.of(topic)).allTopicNames(), "describe " + topic)
                .get(topic)
                .partitions()
                .size();
    }

    /** Sends one record to the partition that its key chooses. */
    public RecordMetadata send(String topic, @Nullable String key, byte @Nullable [] value) {
        return send(topic, key, value, Map.of());
    }

    /**
     * Sends one record to the partition that its key chooses.
     *
     * @param value null is a legal record (a tombstone)
     * @param headers sent as UTF-8, in the map's order
     * @return where the broker has stored it
     */
    public RecordMetadata send(
            String topic, @Nullable String key, byte @Nullable [] value, Map<String, String> headers) {
        return send(record(topic, null, key, value, headers));
    }

    /** Sends one record to a partition. */
    public RecordMetadata sendTo(int partition, String topic, @Nullable String key, byte @Nullable [] value) {
        return send(record(topic, partition, key, value, Map.of()));
    }

    /** Sends any record. */
    public RecordMetadata send(ProducerRecord<byte[], byte[]> record) {
        try {
            return producer().send(record).get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("cannot send to " + record.topic(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static ProducerRecord<byte[], byte[]> record(
            String topic,
            @Nullable Integer partition,
            @Nullable String key,
            byte @Nullable [] value,
            Map<String, String> headers) {
        byte @Nullable [] keyBytes = key == null ? null : key.getBytes(StandardCharsets.UTF_8);
        ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(topic, partition, keyBytes, value);
        headers.forEach((name, text) -> record.headers().add(name, text.getBytes(StandardCharsets.UTF_8)));
        return record;
    }

    /**
     * Every committed record that the topic holds at this moment, in order of partition, then offset; {@link #key},
     * {@link #value} and {@link #headers} read one. Joins no group and commits nothing.
     */
    public List<ConsumerRecord<byte[], byte[]>> readAll(String topic) {
        try (KafkaConsumer<byte[], byte[]> consumer = consumer()) {
            List<TopicPartition> partitions = partitions(consumer, topic);
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
            long deadline = System.nanoTime() + TIMEOUT.toNanos();
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                if (System.nanoTime() > deadline) {
                    throw new IllegalStateException("cannot read " + topic + " to its end");
                }
                consumer.poll(Duration.ofMillis(100)).forEach(records::add);
            }
            records.sort(Comparator.<ConsumerRecord<byte[], byte[]>>comparingInt(ConsumerRecord::partition)
                    .thenComparingLong(ConsumerRecord::offset));
            return records;
        }
    }

    /** The record's key as text, or null. */
    public static @Nullable String key(ConsumerRecord<byte[], byte[]> record) {
        return record.key() == null ? null : new String(record.key(), StandardCharsets.UTF_8);
    }

    /** The record's value as text, or null. */
    public static @Nullable String value(ConsumerRecord<byte[], byte[]> record) {
        return record.value() == null ? null : new String(record.value(), StandardCharsets.UTF_8);
    }

    /** The record's headers as text, in order; of a name that comes twice the last, as Kafka reads it. */
    public static Map<String, @Nullable String> headers(ConsumerRecord<byte[], byte[]> record) {
        Map<String, @Nullable String> headers = new LinkedHashMap<>();
        for (Header header : record.headers()) {
            headers.put(
                    header.key(), header.value() == null ? null : new String(header.value(), StandardCharsets.UTF_8));
        }
        return headers;
    }

    /** By partition, the offset that the next record will get. */
    public Map<Integer, Long> endOffsets(String topic) {
        return offsets(topic, OffsetSpec.latest());
    }

    private Map<Integer, Long> offsets(String topic, OffsetSpec spec) {
        Map<TopicPartition, OffsetSpec> asked = new LinkedHashMap<>();
        for (int partition = 0, count = partitionCount(topic); partition < count; partition++) {
            asked.put(new TopicPartition(topic, partition), spec);
        }
        Map<Integer, Long> offsets = new TreeMap<>();
        await(admin().listOffsets(asked, COMMITTED).all(), "list offsets of " + topic)
                .forEach((partition, found) -> offsets.put(partition.partition(), found.offset()));
        return offsets;
    }

    /** By partition, the offset that the group will read next; a partition without a commit is left out. */
    public Map<Integer, Long> committedOffsets(String group, String topic) {
        Map<TopicPartition, OffsetAndMetadata> committed = await(
                admin().listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata(),
                "read the offsets of group " + group);
        Map<Integer, Long> offsets = new TreeMap<>();
        committed.forEach((partition, offset) -> {
            if (partition.topic().equals(topic) && offset != null) {
                offsets.put(partition.partition(), offset.offset());
            }
        });
        return offsets;
    }

    /**
     * How many records of the topic the group has still to commit, over all partitions. A partition without a commit
     * counts from its beginning.
     */
    public long lag(String group, String topic) {
        Map<Integer, Long> committed = committedOffsets(group, topic);
        Map<Integer, Long> beginnings = offsets(topic, OffsetSpec.earliest());
        return endOffsets(topic).entrySet().stream()
                .mapToLong(end -> end.getValue() - committed.getOrDefault(end.getKey(), beginnings.get(end.getKey())))
                .sum();
    }

    /** The ids of the group's members now; empty where there is no such group. A member that rejoins has a new id. */
    public List<String> memberIds(String group) {
        return await(admin().describeConsumerGroups(List.of(group)).all(), "describe group " + group)
                .get(group)
                .members()
                .stream()
                .map(MemberDescription::consumerId)
                .sorted()
                .collect(Collectors.toList());
    }

    private static List<TopicPartition> partitions(KafkaConsumer<byte[], byte[]> consumer, String topic) {
        List<PartitionInfo> infos = consumer.partitionsFor(topic);
        if (infos == null || infos.isEmpty()) {
            throw new IllegalStateException("no topic " + topic);
        }
        return infos.stream()
                .map(info -> new TopicPartition(info.topic(), info.partition()))
                .collect(Collectors.toList());
    }

    private KafkaConsumer<byte[], byte[]> consumer() {
        return new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers",
                        bootstrapServers,
                        "enable.auto.commit",
                        "false",
                        "allow.auto.create.topics",
                        "false",
                        "isolation.level",
                        ISOLATION.toString().toLowerCase(Locale.ROOT),
                        // At the end of a topic the broker holds a fetch, and closing waits for it.
                        "fetch.max.wait.ms",
                        "10",
                        "default.api.timeout.ms",
                        String.valueOf(TIMEOUT.toMillis())),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
    }

    private synchronized Admin admin() {
        if (admin == null) {
            admin = Admin.create(Map.of(
                    "bootstrap.servers",
                    bootstrapServers,
                    "default.api.timeout.ms",
                    String.valueOf(TIMEOUT.toMillis()),
                    "request.timeout.ms",
                    "5000",
                    "reconnect.backoff.max.ms",
                    "200"));
        }
        return admin;
    }

    private synchronized KafkaProducer<byte[], byte[]> producer() {
        if (producer == null) {
            producer = new KafkaProducer<>(
                    Map.of(
                            "bootstrap.servers",
                            bootstrapServers,
                            "max.block.ms",
                            String.valueOf(TIMEOUT.toMillis()),
                            "delivery.timeout.ms",
                            String.valueOf(TIMEOUT.toMillis()),
                            "request.timeout.ms",
                            "5000",
                            "max.request.size",
                            String.valueOf(64 << 20),
                            "reconnect.backoff.max.ms",
                            "200"),
                    new ByteArraySerializer(),
                    new ByteArraySerializer());
        }
        return producer;
    }

    private static <T> T await(KafkaFuture<T> answer, String what) {
        try {
            return answer.get(TIMEOUT.toSeconds() + 1, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("cannot " + what + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Closes the clients at once; sends have been acknowledged before they returned. */
    @Override
    public synchronized void close() {
        if (admin != null) {
            admin.close(Duration.ZERO);
            admin = null;
        }
        if (producer != null) {
            producer.close(Duration.ZERO);
            producer = null;
        }
    }
}
