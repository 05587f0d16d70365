package io.imagetransformer.pipeline;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

import io.imagetransformer.KafkaImageTransformer;
import io.imagetransformer.sandbox.KafkaTopicProbe;
import io.imagetransformer.sandbox.Mnist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** With {@code results.topic} set, each finished image is told of as a CloudEvent. */
class ResultsArePassedOnTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @Test
    void aFiledAndAFailedImageAreEachToldOfWithTheirOutcome() throws Exception {
        try (Stack stack = Stack.start()) {
            // Given
            stack.kafka.createTopic("results", 1);
            stack.upload("good.png", Mnist.png(0));
            stack.upload("bad.png", "no picture".getBytes(StandardCharsets.UTF_8));

            // When
            try (KafkaImageTransformer program = stack.startProgram(Map.of("results.topic", "results"))) {
                await("both outcomes")
                        .atMost(Duration.ofSeconds(30))
                        .until(() -> stack.probe().readAll("results").size() >= 2);
            }

            // Then
            List<ConsumerRecord<byte[], byte[]>> results = stack.probe().readAll("results");
            ConsumerRecord<byte[], byte[]> good = of(results, "mnist/good.png");
            assertThat(KafkaTopicProbe.headers(good))
                    .containsEntry("ce_type", "io.imagetransformer.image.filed")
                    .containsEntry("ce_specversion", "1.0")
                    .containsEntry("content-type", "application/json");
            JsonNode data = JSON.readTree(good.value());
            assertThat(data.path("label").asText()).isEqualTo(String.valueOf(Mnist.label(0)));
            assertThat(data.path("answer").path("classes").asInt()).isEqualTo(Mnist.label(0));
            assertThat(data.path("destination").path("key").asText()).isEqualTo(Mnist.label(0) + "/good.png");
            ConsumerRecord<byte[], byte[]> bad = of(results, "mnist/bad.png");
            assertThat(KafkaTopicProbe.headers(bad)).containsEntry("ce_type", "io.imagetransformer.image.failed");
            assertThat(JSON.readTree(bad.value()).path("reason").asText()).isEqualTo("not-an-image");
        }
    }

    private static ConsumerRecord<byte[], byte[]> of(List<ConsumerRecord<byte[], byte[]>> results, String key) {
        return results.stream()
                .filter(result -> key.equals(KafkaTopicProbe.key(result)))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no result of " + key));
    }
}
