package io.imagetransformer.sandbox;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ExecutionException;

import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** How the embedded broker starts, and how it says that it cannot. */
class EmbeddedKafkaStartTest {
    @Test
    void twoBrokersCannotShareADataFolder(@TempDir Path folder) {
        // Given
        try (EmbeddedKafka first = EmbeddedKafka.start(0, folder)) {
            first.createTopic("mnist", 1);

            // When // Then
            assertThatIllegalStateException()
                    .isThrownBy(() -> EmbeddedKafka.start(0, folder).close())
                    .withMessageContaining("another broker uses the data folder " + folder);
            first.probe().send("mnist", "key", "unharmed".getBytes(StandardCharsets.UTF_8));
            assertThat(first.probe().endOffsets("mnist")).isEqualTo(Map.of(0, 1L));
        }
    }

    @Test
    void aNewBrokerOnTheSameFolderHasTheSameRecords(@TempDir Path folder) {
        // Given
        try (EmbeddedKafka first = EmbeddedKafka.start(0, folder)) {
            first.createTopic("mnist", 1);
            first.probe().send("mnist", "key", "kept".getBytes(StandardCharsets.UTF_8));
        }

        // When
        try (EmbeddedKafka second = EmbeddedKafka.start(0, folder)) {

            // Then
            assertThat(second.probe().readAll("mnist"))
                    .extracting(KafkaTopicProbe::value)
                    .containsExactly("kept");
        }
    }

    @Test
    void noTopicIsCreatedByItself() {
        // Given
        try (EmbeddedKafka kafka = EmbeddedKafka.start();
                KafkaProducer<String, String> producer = new KafkaProducer<>(
                        Map.of("bootstrap.servers", kafka.bootstrapServers(), "max.block.ms", "1000"),
                        new StringSerializer(),
                        new StringSerializer())) {

            // When // Then
            assertThatThrownBy(() ->
                            producer.send(new ProducerRecord<>("missing", "x")).get())
                    .isInstanceOf(ExecutionException.class)
                    .hasMessageContaining("missing not present in metadata");
            assertThat(kafka.probe().topicExists("missing")).isFalse();
        }
    }
}
