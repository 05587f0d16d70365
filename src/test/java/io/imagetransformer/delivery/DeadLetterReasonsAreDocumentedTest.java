package io.imagetransformer.delivery;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import io.imagetransformer.event.MalformedReason;
import io.imagetransformer.image.RefusedReason;

import static org.assertj.core.api.Assertions.assertThat;

/** Whoever is woken by a reason code finds it on the page, with what to do; no code is made up elsewhere. */
class DeadLetterReasonsAreDocumentedTest {
    private static final Path PAGE = Path.of("docs/dead-letters.md");
    private static final Pattern ROW =
            Pattern.compile("(?m)^\\| `[a-z-]+` \\| (?:decode|fetch|transform|predict|file).*$");
    private static final Pattern LITERAL =
            Pattern.compile("new PermanentFailure\\(\\s*\"|Outcome\\.Failed\\(\\s*[^,;]+,\\s*\"");

    @Test
    void thePageIsTheListAndNothingElse() throws IOException {
        // Given
        List<String> expected = Arrays.stream(DeadLetterReason.values())
                .map(reason -> "| `%s` | %s | %s | %s |"
                        .formatted(reason.code(), String.join(", ", reason.stages()), reason.meaning(), reason.next()))
                .toList();

        // When
        List<String> rows = ROW.matcher(Files.readString(PAGE))
                .results()
                .map(MatchResult::group)
                .toList();

        // Then
        assertThat(rows).containsExactlyElementsOf(expected);
    }

    @Test
    void eachReasonOfDecoderAndTransformIsOnTheList() {
        // Given
        List<String> decoders = Arrays.stream(MalformedReason.values())
                .map(MalformedReason::code)
                .toList();
        List<String> transforms =
                Arrays.stream(RefusedReason.values()).map(RefusedReason::code).toList();

        // When
        List<String> decode = codesAt("decode");
        List<String> transform = codesAt("transform");

        // Then
        assertThat(decode).containsExactlyInAnyOrderElementsOf(decoders);
        assertThat(transform).containsExactlyInAnyOrderElementsOf(transforms);
    }

    private static List<String> codesAt(String stage) {
        return Arrays.stream(DeadLetterReason.values())
                .filter(reason -> reason.stages().contains(stage))
                .map(DeadLetterReason::code)
                .toList();
    }

    @Test
    void noFailureHasACodeThatIsNotOfTheList() throws IOException {
        // Given
        List<String> madeUp = new ArrayList<>();

        // When
        try (Stream<Path> sources = Files.walk(Path.of("src/main/java"))) {
            for (Path source : (Iterable<Path>) sources.filter(Files::isRegularFile)::iterator) {
                LITERAL.matcher(Files.readString(source))
                        .results()
                        .forEach(literal -> madeUp.add(source + ": " + literal.group()));
            }
        }

        // Then
        assertThat(madeUp).isEmpty();
    }
}
