package io.imagetransformer.sandbox;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.imagetransformer.sandbox.PredictorBehaviour.Prediction;

import static org.assertj.core.api.Assertions.assertThat;

/** {@code --once} fails where a sample is not under its digit, and says which. */
@Order(1)
class SandboxTellsWhatIsWrongTest {
    @TempDir
    private Path data;

    /** What a sandbox said until its end. */
    private record Ended(int exitCode, List<String> lines) {
        String output() {
            return String.join("\n", lines);
        }
    }

    /** In this JVM, which has the classes of a whole sandbox already; that the process ends with this code is shown below. */
    private Ended run(String... options) {
        List<String> arguments = new ArrayList<>(List.of("--data", data.toString(), "--free-ports", "--once"));
        arguments.addAll(List.of(options));
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        int exitCode = Sandbox.run(
                arguments, Path.of("").toAbsolutePath(), new PrintStream(said, true, StandardCharsets.UTF_8));
        return new Ended(exitCode, said.toString(StandardCharsets.UTF_8).lines().toList());
    }

    @Test
    void aPredictorThatTakesFivesForSixesFailsTheRun() throws IOException {
        // Given
        try (EmbeddedPredictor predictor = EmbeddedPredictor.start(0, "mnist")) {
            predictor.behave(call -> call.predict(
                    predictions -> predictions.stream().map(this::sixForFive).toList()));

            // When
            Ended run = run("--predictor", predictor.hostPort());

            // Then
            assertThat(run.exitCode()).as(run.output()).isOne();
            assertThat(run.lines())
                    .contains("samples/5.png shows a 5 and is filed under 6")
                    .contains("samples/5-200x200.jpg shows a 5 and is filed under 6")
                    .noneMatch(line -> line.startsWith("samples/4.png shows"));
        }
    }

    private Prediction sixForFive(Prediction prediction) {
        return prediction.label() == 5 ? new Prediction(prediction.probabilities(), 6) : prediction;
    }

    @Test
    void aPredictorThatRefusesFailsTheRunWhenTheTimeIsOver() throws IOException {
        // Given
        try (EmbeddedPredictor predictor = EmbeddedPredictor.start(0, "mnist")) {
            predictor.behave(PredictorBehaviour.answering(PredictorBehaviour.Answer.error(503, "out of order")));

            // When
            Ended run = run("--within", "12", "--predictor", predictor.hostPort());

            // Then
            assertThat(run.exitCode()).as(run.output()).isOne();
            assertThat(run.lines()).contains("samples/0.png shows a 0 and is not filed");
        }
    }

    @Test
    void aPredictorThatIsNotThereFailsTheRunWhenTheTimeIsOver() {
        // When
        Ended run = run("--within", "3", "--predictor", "127.0.0.1:" + LoopbackPorts.free());

        // Then
        assertThat(run.exitCode()).as(run.output()).isOne();
        assertThat(run.lines()).contains("sandbox: the pipeline is not ready after 3 s");
    }

    @Test
    void anUnknownOptionIsNamed() {
        // When
        SandboxProcess run = SandboxProcess.run(data, "--onec");

        // Then
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.lines()).containsExactly("sandbox: --onec is no option; --help lists them");
    }

    @Test
    void anEnvironmentThatLeadsToAnotherStoreIsRefused() {
        // When
        SandboxProcess run = SandboxProcess.start(
                Map.of("OUTPUT_S3_ENDPOINT", "http://store.example"), data, "--free-ports", "--once");

        // Then
        assertThat(run.exitCode()).isOne();
        assertThat(run.lines())
                .contains("sandbox: the environment variable OUTPUT_S3_ENDPOINT is set and would lead the pipeline out"
                        + " of the sandbox: start it without, as with env -u OUTPUT_S3_ENDPOINT");
    }
}
