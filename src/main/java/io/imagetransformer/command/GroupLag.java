package io.imagetransformer.command;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

import io.imagetransformer.TransientFailure;
import io.imagetransformer.camel.KafkaClients;
import io.imagetransformer.config.Settings;

/** How many events the pipeline has still to work on. */
final class GroupLag implements AutoCloseable {
    private final Admin admin;
    private final String brokers;
    private final Settings.Events events;

    GroupLag(KafkaClients kafka, Settings.Events events) {
        this.events = events;
        brokers = kafka.brokers();
        admin = kafka.admin();
    }

    /** Whose commits count. */
    String group() {
        return events.group();
    }

    /**
     * A partition without a commit counts from its beginning: nobody has worked on it.
     *
     * @throws TransientFailure where Kafka does not answer
     */
    long now() {
        List<TopicPartition> partitions =
                await(admin.describeTopics(List.of(events.topic())).allTopicNames())
                        .get(events.topic())
                        .partitions()
                        .stream()
                        .map(partition -> new TopicPartition(events.topic(), partition.partition()))
                        .toList();
        Map<TopicPartition, OffsetAndMetadata> committed =
                await(admin.listConsumerGroupOffsets(events.group()).partitionsToOffsetAndMetadata());
        Map<TopicPartition, Long> ends = offsets(partitions, OffsetSpec.latest());
        Map<TopicPartition, Long> beginnings = offsets(partitions, OffsetSpec.earliest());
        return partitions.stream()
                .mapToLong(partition -> {
                    OffsetAndMetadata done = committed.get(partition);
                    return lag(beginnings.get(partition), ends.get(partition), done == null ? null : done.offset());
                })
                .sum();
    }

    /** What retention removed is not worked on any more, and a commit beyond the end is of a topic of the same name. */
    static long lag(long beginning, long end, @Nullable Long committed) {
        return Math.max(0, end - Math.max(committed == null ? 0 : committed, beginning));
    }

    private Map<TopicPartition, Long> offsets(List<TopicPartition> partitions, OffsetSpec which) {
        Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
        partitions.forEach(partition -> asked.put(partition, which));
        Map<TopicPartition, ListOffsetsResultInfo> answer =
                await(admin.listOffsets(asked).all());
        return answer.entrySet().stream().collect(Collectors.toMap(Map.Entry::getKey, entry -> entry.getValue()
                .offset()));
    }

    private <T> T await(KafkaFuture<T> answer) {
        try {
            return answer.get();
        } catch (ExecutionException e) {
            throw new TransientFailure(
                    "Kafka at " + brokers + " does not tell how far group " + events.group() + " is: "
                            + e.getCause().getMessage(),
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailure("interrupted");
        }
    }

    @Override
    public void close() {
        admin.close();
    }
}
