package io.imagetransformer.packaged;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import io.imagetransformer.pipeline.Stack;
import io.imagetransformer.sandbox.LoopbackPorts;
import io.imagetransformer.sandbox.Mnist;
import io.imagetransformer.sandbox.Sandbox;

import static org.assertj.core.api.Assertions.assertThat;

/** What the README tells a person to type, typed. Its test command is what runs this. */
class ReadmeCommandsWorkIT {
    private static final Pattern BLOCK = Pattern.compile("```(\\w*)\\n(.*?)```", Pattern.DOTALL);
    private static final int IMAGES = 20;

    /** The build inside a build left out: what the command starts is run in {@code SandboxShowsTheWholePathTest}. */
    @Test
    void theFirstCommandStartsTheSandboxAndTheSecondIsTheTestCommandOfCi() throws IOException {
        // Given
        List<String> commands = blocks("sh");

        // When
        String pom = Files.readString(Path.of("pom.xml"));
        String ci = Files.readString(Path.of(".ci/run"));

        // Then
        assertThat(commands).containsExactly("mvn test-compile exec:java@sandbox", "mvn verify");
        assertThat(pom)
                .containsPattern("<id>sandbox</id>\\s*<goals><goal>java</goal></goals>\\s*<configuration>\\s*"
                        + "<mainClass>" + Sandbox.class.getName() + "</mainClass>");
        assertThat(ci).contains("mvn --batch-mode --no-transfer-progress verify");
    }

    @Test
    void theProgramRunsAsShownAndTheExampleBranchTakesTheZeros() throws IOException {
        try (Stack stack = Stack.start()) {
            // Given
            stack.s3.createBuckets("zeros");
            IntStream.range(0, IMAGES).forEach(i -> stack.upload(i + ".png", Mnist.png(i)));
            Path home = PackagedProgram.copy();
            Path classify = home.resolve("routes/classify.camel.yaml");
            String branch = blocks("yaml").get(0).indent(14).stripTrailing();
            Files.writeString(
                    classify,
                    Files.readString(classify).replace("            when:\n", "            when:\n" + branch + "\n"));
            String command = blocks("").stream()
                    .filter(block -> block.contains("KAFKA_BROKERS="))
                    .findFirst()
                    .orElseThrow();

            // When
            try (PackagedProgram program = PackagedProgram.type(home, typed(command, stack))) {
                program.awaitReady();
                stack.awaitAllDone();
            }
            for (String shown : commands()) {
                try (PackagedProgram program = PackagedProgram.type(home, settled(stack) + shown)) {
                    assertThat(program.awaitExit(PackagedProgram.PATIENCE))
                            .as(shown)
                            .isZero();
                }
            }

            // Then
            assertThat(stack.keys("zeros")).containsExactlyInAnyOrderElementsOf(copies(true));
            assertThat(stack.filed()).containsExactlyInAnyOrderElementsOf(copies(false));
        }
    }

    /** The lines of the block of commands. */
    private static List<String> commands() throws IOException {
        List<String> commands = blocks("").stream()
                .filter(block -> block.contains("dead-letters list"))
                .findFirst()
                .orElseThrow()
                .lines()
                .toList();
        assertThat(commands).hasSize(2);
        return commands;
    }

    private static String settled(Stack stack) {
        return stack.settings().entrySet().stream()
                .map(setting -> "export " + setting.getKey().toUpperCase().replaceAll("[.-]", "_") + "="
                        + setting.getValue() + "; ")
                .collect(Collectors.joining());
    }

    /** With the values of this test in place of the README's, and as the one process of its shell. */
    private static String typed(String command, Stack stack) {
        Map<String, String> values = stack.settings().entrySet().stream()
                .collect(Collectors.toMap(
                        setting -> setting.getKey().toUpperCase().replaceAll("[.-]", "_"), Map.Entry::getValue));
        String typed = Pattern.compile("([A-Z0-9_]+)=(\\S+)")
                .matcher(command)
                .replaceAll(given -> given.group(1) + "=" + values.getOrDefault(given.group(1), given.group(2)));
        return "export EVENTS_GROUP=" + stack.group + " MANAGEMENT_ENABLED=false HTTP_PORT=" + LoopbackPorts.free()
                + "; " + typed.replace("bin/kafka-image-transformer", "exec bin/kafka-image-transformer");
    }

    private static List<String> blocks(String language) throws IOException {
        return BLOCK.matcher(Files.readString(Path.of("README.md")))
                .results()
                .filter(block -> block.group(1).equals(language))
                .map((MatchResult block) -> block.group(2).stripTrailing())
                .toList();
    }

    private static List<String> copies(boolean zeros) {
        return IntStream.range(0, IMAGES)
                .filter(i -> (Mnist.label(i) == 0) == zeros)
                .mapToObj(i -> Mnist.label(i) + "/" + i + ".png")
                .toList();
    }
}
