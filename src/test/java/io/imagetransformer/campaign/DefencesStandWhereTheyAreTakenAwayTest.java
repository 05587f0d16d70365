package io.imagetransformer.campaign;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/** A change of the source must not leave an edit behind that takes nothing away any more. */
class DefencesStandWhereTheyAreTakenAwayTest {
    static Stream<Defence.Edit> edits() {
        return Campaign.all().stream()
                .flatMap(scenario -> scenario.defence().edits().stream())
                .distinct();
    }

    @ParameterizedTest
    @MethodSource("edits")
    void theTextIsThere(Defence.Edit edit) throws IOException {
        Path file = edit.isJava() || edit.file().startsWith("routes/")
                ? Path.of(edit.file())
                : Path.of("src/main").resolve(edit.file());
        assertThat(Files.readString(file)).contains(edit.from());
    }
}
