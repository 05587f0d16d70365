package io.imagetransformer.pipeline;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

import io.imagetransformer.KafkaImageTransformer;
import io.imagetransformer.sandbox.KafkaTopicProbe;
import io.imagetransformer.sandbox.Mnist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

/** A dead letter that its topic does not take is sent smaller: no record, however large, may stop its partition. */
class DeadLettersFitTheirTopicTest {
    private static final int MEGABYTE = 1 << 20;

    @AutoClose
    private static final Stack stack = Stack.start();

    @Test
    void aRecordLargerThanTheTopicTakesIsSentWithoutItsValue() throws Exception {
        // Given
        String topic = stack.topic + "-of-small-records";
        stack.probe().createTopic(topic, 1, Map.of("max.message.bytes", "4000"));
        String value = "{\"hello\":\"" + "x".repeat(8_000) + "\"}";
        stack.publish("large", value, Map.of("trace", "kept"));
        stack.upload("a.png", Mnist.png(0));

        // When
        try (KafkaImageTransformer program = stack.startProgram(Map.of("dead-letter.topic", topic))) {
            stack.awaitAllDone();
        }

        // Then
        List<ConsumerRecord<byte[], byte[]>> letters = stack.probe().readAll(topic);
        assertThat(letters).singleElement().satisfies(letter -> {
            assertThat(letter.value()).isNull();
            assertThat(KafkaTopicProbe.key(letter)).isEqualTo("large");
            assertThat(KafkaTopicProbe.headers(letter)).containsEntry("trace", "kept");
            assertThat(Stack.header(letter, "reason")).isEqualTo("unknown-shape");
            assertThat(Stack.header(letter, "topic")).isEqualTo(stack.topic);
            assertThat(Stack.header(letter, "left-out")).isEqualTo("value");
            assertThat(Stack.header(letter, "value-bytes")).isEqualTo(String.valueOf(value.length()));
            assertThat(Stack.header(letter, "value-sha256"))
                    .isEqualTo(HexFormat.of()
                            .formatHex(MessageDigest.getInstance("SHA-256")
                                    .digest(value.getBytes(StandardCharsets.UTF_8))));
        });
        assertThat(stack.filed()).contains(Mnist.label(0) + "/a.png");
    }

    @Test
    void anEventOfThousandsOfFailedObjectsAndARecordWithAHugeKeyPassToo() {
        // Given
        String event = Events.of(IntStream.range(0, 7_000)
                .mapToObj(i -> Events.record(stack.source, "k" + i, 100_000_000))
                .toArray(String[]::new));
        String hugeKey = "k".repeat(MEGABYTE - 200);
        stack.publish("thousands", event);
        stack.publish(hugeKey, "{}");
        stack.publish("huge-header", "{}", Map.of("h", "v".repeat(MEGABYTE - 200)));
        stack.upload("b.png", Mnist.png(1));

        // When
        try (KafkaImageTransformer program = stack.startProgram()) {
            stack.awaitAllDone();
        }

        // Then
        assertThat(stack.deadLetters())
                .extracting(
                        letter -> Stack.header(letter, "reason"),
                        letter -> Stack.header(letter, "cause-count"),
                        letter -> Stack.header(letter, "left-out"))
                .containsExactly(
                        tuple("too-many-bytes", "7000", "value"),
                        tuple("unknown-shape", "1", "value, key, headers"),
                        tuple("unknown-shape", "1", "value, key, headers"));
        assertThat(stack.filed()).contains(Mnist.label(1) + "/b.png");
    }
}
