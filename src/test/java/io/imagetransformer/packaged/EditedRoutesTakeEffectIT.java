package io.imagetransformer.packaged;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import io.imagetransformer.pipeline.Stack;
import io.imagetransformer.sandbox.Mnist;

import static org.assertj.core.api.Assertions.assertThat;

/** The routes are the product: a person changes them with an editor and a restart, and compiles nothing. */
class EditedRoutesTakeEffectIT {
    private static final int IMAGES = 20;

    @Test
    void anotherLayoutOfKeysAndAnotherBranchAreSeenAfterARestart() throws IOException {
        try (Stack stack = Stack.start()) {
            // Given
            stack.s3.createBuckets("sevens");
            Path home = PackagedProgram.copy();
            edit(home.resolve("application.properties"), "output.key={label}/{key}", "output.key=digit-{label}/{key}");
            edit(home.resolve("routes/classify.camel.yaml"), "            when:\n", """
                                when:
                                  - id: seven
                                    expression:
                                      simple:
                                        expression: "${variable.label} == '7'"
                                    steps:
                                      - to:
                                          id: put-seven
                                          uri: aws2-s3:sevens
                                          parameters:
                                            amazonS3Client: "#outputS3"
                    """);
            IntStream.range(0, IMAGES).forEach(i -> stack.upload(i + ".png", Mnist.png(i)));

            // When
            try (PackagedProgram program = PackagedProgram.start(home, stack.settings())) {
                program.awaitReady();
                stack.awaitAllDone();
            }

            // Then
            assertThat(stack.keys("sevens")).containsExactlyInAnyOrderElementsOf(copies(true));
            assertThat(stack.filed()).containsExactlyInAnyOrderElementsOf(copies(false));
        }
    }

    private static List<String> copies(boolean sevens) {
        return IntStream.range(0, IMAGES)
                .filter(i -> (Mnist.label(i) == 7) == sevens)
                .mapToObj(i -> "digit-" + Mnist.label(i) + "/" + i + ".png")
                .toList();
    }

    private static void edit(Path file, String from, String to) throws IOException {
        String text = Files.readString(file);
        assertThat(text).contains(from);
        Files.writeString(file, text.replace(from, to));
    }
}
