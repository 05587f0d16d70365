package io.imagetransformer.config;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import org.apache.camel.main.Main;
import org.junit.jupiter.api.Test;

import io.imagetransformer.camel.Wiring;

import static org.assertj.core.api.Assertions.assertThat;

/** Camel's placeholders decide what a key is, for Java as for the routes: environment, system property, file. */
class TheEnvironmentWinsTest {
    /** Started as a process of its own, for the environment of a running one does not change. */
    static final class Program {
        public static void main(String[] arguments) throws Exception {
            Main main = new Main();
            main.setPropertyPlaceholderLocations("classpath:application.properties");
            main.addOverrideProperty("management.enabled", "false");
            main.addMainListener(new Wiring("test"));
            main.start();
            Settings settings = main.getCamelContext().getRegistry().lookupByNameAndType("settings", Settings.class);
            System.out.println(String.join(
                    "|",
                    settings.predictor().modelName(),
                    settings.events().topic(),
                    settings.deadLetter().topic(),
                    settings.output().bucket(),
                    settings.review().bucket(),
                    main.getCamelContext()
                            .resolvePropertyPlaceholders("{{model.name}} {{events.topic}} {{output.bucket}}")));
            main.stop();
        }
    }

    @Test
    void overSystemPropertyAndFile() throws IOException, InterruptedException {
        // Given
        ProcessBuilder process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "-Dmodel.name=from-property",
                        "-Devents.topic=from-property",
                        "-Doutput.bucket=from-property",
                        Program.class.getName()))
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        process.environment().putAll(Map.of("MODEL_NAME", "from-environment", "EVENTS_TOPIC", "from-environment"));

        // When
        Process program = process.start();
        String printed = new String(program.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        // Then
        assertThat(program.waitFor()).isZero();
        assertThat(printed.lines())
                .contains("from-environment|from-environment|from-environment-dead-letter|from-property|review"
                        + "|from-environment from-environment from-property");
    }
}
