package io.imagetransformer.pipeline;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

import io.imagetransformer.KafkaImageTransformer;
import io.imagetransformer.sandbox.KafkaTopicProbe;
import io.imagetransformer.sandbox.Mnist;

import static org.assertj.core.api.Assertions.assertThat;

/** Design, guarantee 4: a data fault leaves at once, with its reason, and harms nobody else of its batch. */
class PoisonIsDeadLetteredWhileNeighboursGoOnTest {
    private static final int GOOD = 20;
    private static final Map<String, String> BOUNDS = Map.of("image.max-bytes", "64KiB", "image.max-pixels", "250000");

    @AutoClose
    private static final Stack stack = Stack.start(2);

    @Test
    void eachPoisonousRecordLeavesWithItsReasonAndAllOthersAreFiled() {
        // Given
        Map<String, byte[]> poisonousUploads = new TreeMap<>(Map.of(
                "truncated.png", Arrays.copyOf(Mnist.png(1), 400),
                "text.png", "this is no picture".getBytes(StandardCharsets.UTF_8),
                "moving.gif", "GIF89a\1\0\1\0\0\0\0;".getBytes(StandardCharsets.ISO_8859_1),
                "empty.png", new byte[0],
                "heavy.png", new byte[64 * 1024 + 1],
                "wide.png", Pictures.pngHeader(30_000, 30_000)));
        IntStream.range(0, GOOD / 2).forEach(i -> stack.upload("good/" + i + ".png", Mnist.png(i)));
        poisonousUploads.forEach(stack::upload);
        stack.publish("not-json", "{\"Records\":[");
        stack.publish("unknown-shape", "{\"hello\":\"world\"}");
        stack.publish("bad-key", Events.upload(stack.source, "", 1));
        stack.publish("gone", Events.upload(stack.source, "gone.png", 922));
        stack.publish(
                "half",
                Events.of(
                        Events.record(stack.source, "gone-too.png", 922),
                        Events.record(stack.source, "good/0.png", 922),
                        Events.record(stack.source, "heavy-too.png", 1_000_000)));
        IntStream.range(GOOD / 2, GOOD).forEach(i -> stack.upload("good/" + i + ".png", Mnist.png(i)));

        // When
        try (KafkaImageTransformer program = stack.startProgram(BOUNDS)) {
            stack.awaitAllDone();
        }

        // Then
        assertThat(stack.filed())
                .containsExactlyInAnyOrderElementsOf(IntStream.range(0, GOOD)
                        .mapToObj(i -> Mnist.label(i) + "/good/" + i + ".png")
                        .toList());
        assertThat(stack.deadLetterReasons())
                .containsExactlyInAnyOrderEntriesOf(Map.ofEntries(
                        Map.entry("mnist/truncated.png", "transform truncated-image"),
                        Map.entry("mnist/text.png", "transform not-an-image"),
                        Map.entry("mnist/moving.gif", "transform unsupported-format"),
                        Map.entry("mnist/empty.png", "transform no-bytes"),
                        Map.entry("mnist/heavy.png", "fetch too-many-bytes"),
                        Map.entry("mnist/wide.png", "transform too-many-pixels"),
                        Map.entry("not-json", "decode not-json"),
                        Map.entry("unknown-shape", "decode unknown-shape"),
                        Map.entry("bad-key", "decode bad-key"),
                        Map.entry("gone", "fetch object-missing"),
                        Map.entry("half", "fetch object-missing")));
        List<ConsumerRecord<byte[], byte[]>> letters = stack.deadLetters();
        assertThat(letters).as("one per record").hasSize(11);
        Map<String, ConsumerRecord<byte[], byte[]>> events = new TreeMap<>();
        stack.probe().readAll(stack.topic).forEach(event -> events.put(KafkaTopicProbe.key(event), event));
        assertThat(letters).allSatisfy(letter -> {
            ConsumerRecord<byte[], byte[]> event = events.get(KafkaTopicProbe.key(letter));
            assertThat(letter.value()).as("value as it came").isEqualTo(event.value());
            assertThat(Stack.header(letter, "topic")).isEqualTo(stack.topic);
            assertThat(Stack.header(letter, "partition")).isEqualTo(String.valueOf(event.partition()));
            assertThat(Stack.header(letter, "offset")).isEqualTo(String.valueOf(event.offset()));
            assertThat(Stack.header(letter, "version")).isEqualTo("development");
            assertThat(Stack.header(letter, "attempts"))
                    .as("a missing object is asked for twice")
                    .isEqualTo("object-missing".equals(Stack.header(letter, "reason")) ? "2" : "1");
            assertThat(Stack.header(letter, "message")).doesNotContain("\n");
        });
        assertThat(letters)
                .filteredOn(letter -> "half".equals(KafkaTopicProbe.key(letter)))
                .singleElement()
                .satisfies(letter -> assertThat(Stack.header(letter, "causes"))
                        .contains("gone-too.png", "object-missing", "heavy-too.png", "too-many-bytes")
                        .doesNotContain("good/0.png"));
    }

    @Test
    void eventsThatAreNoUploadsLeaveNoTrace() {
        // Given
        int lettersBefore = stack.deadLetters().size();
        List<String> filedBefore = stack.filed();
        stack.publish("tombstone", null);
        stack.publish("test", "{\"Service\":\"Amazon S3\",\"Event\":\"s3:TestEvent\",\"Bucket\":\"mnist\"}");
        stack.publish("removed", Events.of(Events.record("s3:ObjectRemoved:Delete", stack.source, "x.png", 0)));
        stack.publish("tagged", Events.of(Events.record("s3:ObjectTagging:Put", stack.source, "x.png", 0)));
        stack.publish("other-bucket", Events.upload("secrets", "x.png", 10));
        stack.publish("own-output", Events.upload(stack.output, "7/x.png", 10));
        stack.publish("folder", Events.upload(stack.source, "folder/", 0));

        // When
        try (KafkaImageTransformer program = stack.startProgram(BOUNDS)) {
            stack.awaitAllDone();
        }

        // Then
        assertThat(stack.deadLetters()).hasSize(lettersBefore);
        assertThat(stack.filed()).isEqualTo(filedBefore);
    }
}
