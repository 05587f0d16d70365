package io.imagetransformer.pipeline;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

import io.imagetransformer.KafkaImageTransformer;
import io.imagetransformer.sandbox.KafkaTopicProbe;
import io.imagetransformer.sandbox.Mnist;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Whoever may write to the topic or the bucket can fill neither memory nor logs, and holds up nobody else's upload. */
class HostileInputIsBoundedTest {
    private static final int TEN_MIB = 10 * 1024 * 1024;

    @AutoClose
    private static final Stack stack = Stack.start();

    @Test
    void hostileEventsLeaveWithTheirReasonAndTheUploadBehindThemIsFiled() {
        // Given
        String topic = "hostile-events";
        stack.probe().createTopic(topic, 1, Map.of("max.message.bytes", String.valueOf(2 * TEN_MIB)));
        String upload = Events.upload(stack.source, "KEY", 922);
        Map<String, byte[]> events = new LinkedHashMap<>();
        events.put("ten mebibytes and one", new byte[TEN_MIB + 1]);
        events.put("ten mebibytes of brackets", bytes("[".repeat(TEN_MIB)));
        events.put("a hundred thousand records", bytes("{\"Records\":[" + "{},".repeat(99_999) + "{}]}"));
        events.put("one name twice", bytes(upload.replace("\"eventSource\"", "\"eventName\":\"x\",\"eventSource\"")));
        events.put("no UTF-8", bytes(upload.replace("KEY", "\u00ff\u00fe")));
        events.put("a lone surrogate", bytes(upload.replace("KEY", "\\ud800")));
        events.put("NUL", bytes(upload.replace("KEY", "a%00b")));
        events.put("1,025 bytes", bytes(upload.replace("KEY", "k".repeat(1_025))));
        stack.upload("behind.png", Mnist.png(0));
        events.put("behind", bytes(upload.replace("KEY", "behind.png")));
        send(topic, events);

        // When
        try (KafkaImageTransformer program = stack.startProgram(Map.of("events.topic", topic))) {
            await("all events committed").atMost(Stack.PATIENCE).untilAsserted(() -> assertThat(
                            stack.probe().lag(stack.group, topic))
                    .isZero());
        }

        // Then
        assertThat(stack.filed()).contains(Mnist.label(0) + "/behind.png");
        Map<String, String> reasons = new LinkedHashMap<>();
        stack.probe()
                .readAll(topic + "-dead-letter")
                .forEach(letter -> reasons.put(KafkaTopicProbe.key(letter), Stack.header(letter, "reason")));
        assertThat(reasons)
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "ten mebibytes and one", "too-large",
                        "ten mebibytes of brackets", "too-deep",
                        "a hundred thousand records", "too-many-records",
                        "one name twice", "duplicate-name",
                        "no UTF-8", "bad-encoding",
                        "a lone surrogate", "bad-key",
                        "NUL", "bad-key",
                        "1,025 bytes", "bad-key"));
    }

    @Test
    void aSmallFileOfManyPixelsIsRefusedByItsHeaderOrWorkedWithinTheLimit() {
        // Given
        byte[] over = Pictures.pngBomb(20_000, 20_000);
        byte[] within = Pictures.pngBomb(9_900, 9_900);
        assertThat(over).hasSizeLessThan(100_000);
        stack.upload("over.png", over);
        stack.upload("within.png", within);
        stack.upload("beside.png", Mnist.png(1));

        // When
        try (KafkaImageTransformer program = stack.startProgram()) {
            stack.awaitAllDone();
        }

        // Then
        assertThat(stack.deadLetterReasons()).isEqualTo(Map.of("mnist/over.png", "transform too-many-pixels"));
        assertThat(stack.filed())
                .contains(Mnist.label(1) + "/beside.png")
                .anyMatch(key -> key.endsWith("/within.png"))
                .noneMatch(key -> key.endsWith("/over.png"));
    }

    private static byte[] bytes(String latin) {
        return latin.getBytes(ISO_8859_1);
    }

    private static void send(String topic, Map<String, byte[]> events) {
        Map<String, Object> settings = Map.of(
                ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                stack.kafka.bootstrapServers(),
                ProducerConfig.MAX_REQUEST_SIZE_CONFIG,
                2 * TEN_MIB);
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            events.forEach((key, value) ->
                    producer.send(new ProducerRecord<>(topic, key.getBytes(StandardCharsets.UTF_8), value)));
        }
    }
}
