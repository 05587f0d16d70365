package io.imagetransformer.pipeline;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

import io.imagetransformer.KafkaImageTransformer;
import io.imagetransformer.sandbox.Mnist;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Guarantee 6: a key is text that nobody reads. What the embedded store cannot hold ({@code ../x}, {@code a//b}) is
 * tried against a real one elsewhere.
 */
class AnyKeyIsFiledUnchangedTest {
    /** S3 allows 1,024 bytes; the label and its slash take two of the copy's. */
    private static final int LONGEST = 1_022;

    private static final List<String> KEYS = List.of(
            "with space.png",
            " leading and trailing ",
            "plus+plus.png",
            "percent%2Fslash%20.png",
            "100%.png",
            "a&b=c;d.png",
            "why?x=1&y=2.png",
            "hash#fragment.png",
            "ünïcödé/日本語/🙂.png",
            "${x}.png",
            "${body}",
            "${header.CamelAwsS3Key}",
            "$simple{body}",
            "{label}/{bucket}/{key}",
            "{{kafka.brokers}}",
            "RAW(x).png",
            "quotes'\"`.png",
            "back\\slash.png",
            "dots/.../x..y",
            "line\nfeed.png",
            "tab\tstop.png",
            "<xml>&amp;</xml>",
            "file:etc/passwd",
            "-rf *",
            "(),!@[]^~|$1\\1",
            "k".repeat(200) + "/" + "l".repeat(LONGEST - 201));

    @AutoClose
    private static final Stack stack = Stack.start();

    @Test
    void everyKeyComesOutAsItWentIn() {
        // Given
        Map<String, Integer> images =
                IntStream.range(0, KEYS.size()).boxed().collect(Collectors.toMap(KEYS::get, Function.identity()));
        images.forEach((key, image) -> stack.upload(key, Mnist.png(image)));

        // When
        try (KafkaImageTransformer program = stack.startProgram()) {
            stack.awaitAllDone();
        }

        // Then
        assertThat(stack.deadLetterReasons()).isEmpty();
        assertThat(stack.filed())
                .containsExactlyInAnyOrderElementsOf(images.entrySet().stream()
                        .map(entry -> Mnist.label(entry.getValue()) + "/" + entry.getKey())
                        .toList());
        assertThat(images)
                .allSatisfy((key, image) -> assertThat(stack.object(stack.output, Mnist.label(image) + "/" + key))
                        .isEqualTo(Mnist.png(image)));
    }

    @Test
    void aKeyThatGetsTooLongWithItsLabelIsDeadLettered() {
        // Given
        String tooLong = "m".repeat(200) + "/" + "n".repeat(LONGEST - 200);
        stack.upload(tooLong, Mnist.png(1));
        stack.upload("short.png", Mnist.png(2));

        // When
        try (KafkaImageTransformer program = stack.startProgram()) {
            stack.awaitAllDone();
        }

        // Then
        assertThat(stack.deadLetterReasons())
                .containsExactly(Map.entry("mnist/" + tooLong, "file destination-key-too-long"));
        assertThat(stack.filed()).contains(Mnist.label(2) + "/short.png");
    }
}
