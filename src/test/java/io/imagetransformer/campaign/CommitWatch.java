package io.imagetransformer.campaign;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

import io.imagetransformer.pipeline.Stack;
import io.imagetransformer.sandbox.KafkaTopicProbe;

/**
 * Looks several times a second at the offsets that the group has committed, and then at the far end: each record before
 * them must have left its trace there, a copy or a dead letter. Of several records of one key it asks the last, for an
 * older one may have given way to it.
 */
final class CommitWatch implements AutoCloseable {
    private static final Duration PAUSE = Duration.ofMillis(200);
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private final Stack stack;
    private final String output;
    private final Uploads uploads;
    private final KafkaTopicProbe probe;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Map<Integer, Map<Long, String>> keys = new HashMap<>();
    private final Map<String, ConsumerRecord<byte[], byte[]>> newest = new HashMap<>();
    private final Map<Integer, Long> checked = new HashMap<>();
    private final Set<String> dead = new HashSet<>();
    private final List<String> violations = new ArrayList<>();
    private final Thread thread = new Thread(this::watch, "commit-watch");
    private volatile boolean closed;
    private int looks;

    CommitWatch(Stack stack, String output, Uploads uploads) {
        this.stack = stack;
        this.output = output;
        this.uploads = uploads;
        probe = new KafkaTopicProbe(stack.kafka.bootstrapServers());
        consumer = new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers", stack.kafka.bootstrapServers(),
                        "enable.auto.commit", "false",
                        "allow.auto.create.topics", "false",
                        "auto.offset.reset", "earliest",
                        "metadata.max.age.ms", "1000",
                        "fetch.max.wait.ms", "10",
                        "default.api.timeout.ms", String.valueOf(TIMEOUT.toMillis())),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        thread.setDaemon(true);
        thread.start();
    }

    private void watch() {
        while (!closed) {
            look();
            try {
                Thread.sleep(PAUSE.toMillis());
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    /** Looks now. Does nothing where the broker does not answer. */
    synchronized void look() {
        if (closed) {
            return;
        }
        try {
            Map<Integer, Long> committed = probe.committedOffsets(stack.group, stack.topic);
            readOn();
            committed.forEach(this::check);
            looks++;
        } catch (RuntimeException brokerIsAway) {
            // The next look sees what this one missed: outcomes stay.
        }
    }

    /** Reads both topics up to their present ends. */
    private void readOn() {
        List<TopicPartition> partitions = Stream.of(stack.topic, stack.deadLetterTopic())
                .flatMap(topic -> consumer.listTopics().getOrDefault(topic, List.of()).stream())
                .map(info -> new TopicPartition(info.topic(), info.partition()))
                .toList();
        if (!consumer.assignment().equals(Set.copyOf(partitions))) {
            consumer.assign(partitions);
        }
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        long deadline = System.nanoTime() + TIMEOUT.toNanos();
        while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())
                && System.nanoTime() < deadline) {
            consumer.poll(Duration.ofMillis(50)).forEach(this::remember);
        }
    }

    private void remember(ConsumerRecord<byte[], byte[]> record) {
        String key = String.valueOf(KafkaTopicProbe.key(record)).replaceFirst("^" + stack.source + "/", "");
        if (record.topic().equals(stack.topic)) {
            keys.computeIfAbsent(record.partition(), p -> new HashMap<>()).put(record.offset(), key);
            newest.put(key, record);
        } else {
            dead.add(key);
        }
    }

    private void check(int partition, long committed) {
        Map<Long, String> known = keys.getOrDefault(partition, Map.of());
        long from = checked.getOrDefault(partition, 0L);
        for (long offset = from; offset < committed; offset++) {
            String key = known.get(offset);
            if (key == null) {
                // Not read to here yet: asked again at the next look.
                checked.put(partition, offset);
                return;
            }
            ConsumerRecord<byte[], byte[]> last = newest.get(key);
            boolean isLast = last.partition() == partition && last.offset() == offset;
            if (isLast && !hasOutcome(key)) {
                violations.add("offset " + committed + " of partition " + partition + " was committed before record "
                        + offset + " (" + key + ") had an outcome");
            }
        }
        checked.put(partition, Math.max(from, committed));
    }

    private boolean hasOutcome(String key) {
        Uploads.Expected expected = uploads.expected().get(key);
        return dead.contains(key)
                || expected == null
                || expected.image() != null
                        && uploads.labels(expected.image()).stream()
                                .anyMatch(label -> stack.s3.has(output, label + "/" + key));
    }

    /** What was seen so far; empty where no commit came too early. */
    synchronized List<String> violations() {
        return List.copyOf(violations);
    }

    /** How often the broker told the offsets. */
    synchronized int looks() {
        return looks;
    }

    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            consumer.close(Duration.ZERO);
            probe.close();
        }
        thread.interrupt();
    }
}
