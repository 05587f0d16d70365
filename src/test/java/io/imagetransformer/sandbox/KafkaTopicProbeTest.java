package io.imagetransformer.sandbox;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** What a test can put into a topic and see of it. */
class KafkaTopicProbeTest {
    private static EmbeddedKafka kafka;
    private static KafkaTopicProbe probe;

    @BeforeAll
    static void start() {
        kafka = EmbeddedKafka.start();
        probe = kafka.probe();
    }

    @AfterAll
    static void stop() {
        kafka.close();
    }

    @Test
    void aRecordComesBackWithKeyValueAndHeaders() {
        // Given
        probe.createTopic("headers", 1);

        // When
        probe.send("headers", "mnist/ü.png", "{}".getBytes(StandardCharsets.UTF_8), Map.of("ce_type", "ünï"));
        probe.send("headers", null, null);

        // Then
        List<ConsumerRecord<byte[], byte[]>> records = probe.readAll("headers");
        assertThat(records).hasSize(2);
        assertThat(KafkaTopicProbe.key(records.get(0))).isEqualTo("mnist/ü.png");
        assertThat(KafkaTopicProbe.value(records.get(0))).isEqualTo("{}");
        assertThat(KafkaTopicProbe.headers(records.get(0))).isEqualTo(Map.of("ce_type", "ünï"));
        assertThat(KafkaTopicProbe.key(records.get(1))).isNull();
        assertThat(KafkaTopicProbe.value(records.get(1))).isNull();
    }

    @Test
    void lagFallsAsAGroupCommits() {
        // Given
        probe.createTopic("lag", 2);
        probe.sendTo(0, "lag", null, new byte[] {1});
        probe.sendTo(1, "lag", null, new byte[] {2});
        assertThat(probe.lag("readers", "lag")).isEqualTo(2);
        assertThat(probe.committedOffsets("readers", "lag")).isEmpty();

        // When
        try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers",
                        kafka.bootstrapServers(),
                        "group.id",
                        "readers",
                        "auto.offset.reset",
                        "earliest"),
                new StringDeserializer(),
                new StringDeserializer())) {
            consumer.subscribe(List.of("lag"));
            int seen = 0;
            while (seen < 2) {
                seen += consumer.poll(Duration.ofSeconds(10)).count();
            }
            assertThat(probe.memberIds("readers")).hasSize(1);
            consumer.commitSync();
        }

        // Then
        assertThat(probe.lag("readers", "lag")).isZero();
        assertThat(probe.committedOffsets("readers", "lag")).isEqualTo(Map.of(0, 1L, 1, 1L));
        assertThat(probe.endOffsets("lag")).isEqualTo(Map.of(0, 1L, 1, 1L));
        assertThat(probe.memberIds("readers")).isEmpty();
    }

    @Test
    void anEmptyTopicReadsAsEmpty() {
        // Given
        probe.createTopic("empty", 3);

        // When
        List<ConsumerRecord<byte[], byte[]>> records = probe.readAll("empty");

        // Then
        assertThat(records).isEmpty();
        assertThat(probe.partitionCount("empty")).isEqualTo(3);
        assertThat(probe.memberIds("nobody")).isEmpty();
    }
}
