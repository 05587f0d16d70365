package io.imagetransformer.config;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;

import io.imagetransformer.KafkaImageTransformer;
import io.imagetransformer.sandbox.JdkTool;

import static org.assertj.core.api.Assertions.assertThat;

/** What the program says that it works with, when the same key is given in several places. */
class TheEnvironmentWinsTest {
    @Test
    void overSystemPropertyAndFileButNotOverKServesArguments() throws IOException {
        // Given
        ProcessBuilder builder = new ProcessBuilder(List.of(
                        JdkTool.path("java"),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "-Dmodel.name=from-property",
                        "-Devents.topic=from-property",
                        "-Doutput.bucket=from-property",
                        KafkaImageTransformer.class.getName(),
                        "--model_name",
                        "from-argument"))
                .redirectErrorStream(true);
        builder.environment()
                .putAll(Map.of(
                        "MODEL_NAME", "from-environment",
                        "EVENTS_TOPIC", "from-environment",
                        "KAFKA_BROKERS", "127.0.0.1:1",
                        "HTTP_PORT", "0",
                        "MANAGEMENT_ENABLED", "false"));

        // When
        Process program = builder.start();
        String summary;
        try (BufferedReader lines = program.inputReader()) {
            summary = lines.lines()
                    .filter(line -> line.contains("events of topic"))
                    .findFirst()
                    .orElse("");
        } finally {
            program.destroyForcibly();
        }

        // Then
        assertThat(summary)
                .contains("topic from-environment at 127.0.0.1:1")
                .contains("model from-argument")
                .contains("filed in from-property/{label}");
    }
}
