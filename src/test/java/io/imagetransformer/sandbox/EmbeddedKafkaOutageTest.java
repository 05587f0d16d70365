package io.imagetransformer.sandbox;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** A broker that goes away and comes back. */
class EmbeddedKafkaOutageTest {
    @Test
    void aRestartKeepsPortRecordsAndCommittedOffsets() {
        // Given
        try (EmbeddedKafka kafka = EmbeddedKafka.start()) {
            kafka.createTopic("mnist", 2);
            kafka.probe().sendTo(0, "mnist", null, "first".getBytes(StandardCharsets.UTF_8));
            kafka.probe().sendTo(0, "mnist", null, "second".getBytes(StandardCharsets.UTF_8));
            commit(kafka, "group", "mnist", 1);
            String addressBefore = kafka.bootstrapServers();

            // When
            kafka.stop();
            kafka.startAgain();

            // Then
            assertThat(kafka.bootstrapServers()).isEqualTo(addressBefore);
            assertThat(kafka.probe().readAll("mnist"))
                    .extracting(KafkaTopicProbe::value)
                    .containsExactly("first", "second");
            assertThat(kafka.probe().committedOffsets("group", "mnist")).isEqualTo(Map.of(0, 1L));
            assertThat(kafka.probe().lag("group", "mnist")).isEqualTo(1);
        }
    }

    @Test
    void duringAnOutageConnectionsAreRefused() {
        // Given
        try (EmbeddedKafka kafka = EmbeddedKafka.start()) {

            // When
            kafka.stop();

            // Then
            assertThat(kafka.isRunning()).isFalse();
            assertThatThrownBy(() -> new Socket("127.0.0.1", kafka.port()).close())
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void closingTwiceOrWhileStoppedIsQuiet() {
        // Given
        EmbeddedKafka kafka = EmbeddedKafka.start();
        kafka.stop();

        // When
        kafka.close();
        kafka.close();

        // Then
        assertThat(kafka.isRunning()).isFalse();
    }

    private static void commit(EmbeddedKafka kafka, String group, String topic, long offset) {
        try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", kafka.bootstrapServers(), "group.id", group),
                new StringDeserializer(),
                new StringDeserializer())) {
            TopicPartition partition = new TopicPartition(topic, 0);
            consumer.assign(List.of(partition));
            consumer.commitSync(Map.of(partition, new OffsetAndMetadata(offset)), Duration.ofSeconds(20));
        }
    }
}
