package io.imagetransformer.pipeline;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import org.junit.jupiter.api.Test;

import io.imagetransformer.KafkaImageTransformer;
import io.imagetransformer.sandbox.Mnist;
import io.imagetransformer.sandbox.PredictorBehaviour.Answer;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

/** A model, or who stands in for it, must not write wherever it likes. */
class LabelsAreCheckedBeforeTheyBecomeKeysTest {
    private static final List<String> UNSAFE =
            List.of("../etc", "a/b", ".", "..", " ", "line\nfeed", "${body}", "x".repeat(200), "null\0byte");
    private static final List<String> SAFE = List.of("cat", "Straßenbahn", "ice cream", "3.0", "a_b-c");

    @Test
    void unsafeLabelsAreDeadLetteredAndSafeOnesBecomePartOfTheKey() {
        try (Stack stack = Stack.start()) {
            // Given
            List<String> labels = IntStream.range(0, UNSAFE.size() + SAFE.size())
                    .mapToObj(i -> i < UNSAFE.size() ? UNSAFE.get(i) : SAFE.get(i - UNSAFE.size()))
                    .toList();
            IntStream.range(0, labels.size()).forEach(i -> stack.upload(i + ".png", Mnist.png(i)));
            stack.predictor.behave(call -> Answer.json(
                    200,
                    labels.stream()
                            .map(label -> "\""
                                    + new String(JsonStringEncoder.getInstance().quoteAsString(label)) + "\"")
                            .collect(joining(",", "{\"predictions\":[", "]}"))));

            // When
            try (KafkaImageTransformer program = stack.startProgram()) {
                stack.awaitAllDone();
            }

            // Then
            Map<String, String> expected = new TreeMap<>();
            IntStream.range(0, UNSAFE.size()).forEach(i -> expected.put("mnist/" + i + ".png", "file unsafe-label"));
            assertThat(stack.deadLetterReasons()).isEqualTo(expected);
            assertThat(stack.filed())
                    .containsExactlyInAnyOrderElementsOf(IntStream.range(0, SAFE.size())
                            .mapToObj(i -> SAFE.get(i) + "/" + (UNSAFE.size() + i) + ".png")
                            .toList());
        }
    }
}
