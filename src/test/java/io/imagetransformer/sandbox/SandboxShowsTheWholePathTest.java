package io.imagetransformer.sandbox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** The command as a newcomer runs it, with {@code --once}. */
class SandboxShowsTheWholePathTest {
    @TempDir
    private static Path data;

    private static SandboxProcess run;

    @BeforeAll
    static void run() {
        run = SandboxProcess.run(data, "--free-ports", "--once");
    }

    @AfterAll
    static void end() {
        run.close();
    }

    @Test
    void itEndsWithSuccess() {
        assertThat(run.exitCode()).as(run.output()).isZero();
    }

    @Test
    void aLinePerSampleTellsItsDigitAndTheTimeItTook() throws IOException {
        assertThat(filedLines()).containsExactlyInAnyOrderElementsOf(expectedLines());
    }

    @Test
    void eachSampleLiesUnderItsDigit() throws IOException {
        for (String sample : samples()) {
            assertThat(data.resolve("s3/digits/" + sample.charAt(0) + "/samples/" + sample))
                    .hasSameBinaryContentAs(Path.of("src/test/resources/samples", sample));
        }
    }

    @Test
    void nothingButTheSandboxSpeaks() {
        assertThat(run.output()).doesNotContain("Exception", "ERROR", "WARN", "SLF4J");
    }

    /** Without clock time and figures. */
    private static List<String> filedLines() {
        return run.lines().stream()
                .filter(line -> line.matches("\\d\\d:\\d\\d:\\d\\d  mnist/samples/.* \\(confidence [01]\\.\\d{3}\\): .*"
                        + " \\d+ ms after its upload"))
                .map(line -> line.replaceAll("^\\S+ +", "").replaceAll(" \\(.*", ""))
                .toList();
    }

    private static List<String> expectedLines() throws IOException {
        return samples().stream()
                .map(sample -> "mnist/samples/" + sample + " is " + sample.charAt(0))
                .toList();
    }

    private static List<String> samples() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("src/test/resources/samples"))) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }
}
