package io.imagetransformer.pipeline;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.imagetransformer.KafkaImageTransformer;
import io.imagetransformer.sandbox.Mnist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** All that is called has its time; this is about what has none: a step of a team's own, a defect, a library's defect. */
class WhatHangsDoesNotHangTheIntakeTest {
    private static final String HANGS = "what-hangs-does-not-hang-the-intake";

    private static final String STEP = """
                    - filter:
                        id: hang
                        expression:
                          simple:
                            expression: "${body.object.key} == 'hangs.png' && ${sys.%s} == 'true'"
                        steps:
                          - delay:
                              id: for-ever
                              expression:
                                constant:
                                  expression: "86400000"
            """.formatted(HANGS);

    @AfterEach
    void heal() {
        System.clearProperty(HANGS);
    }

    @Test
    void theBatchIsLeftAndComesAgain(@TempDir Path home) throws IOException {
        // Given an image that is fetched for ever
        edit(home);
        System.setProperty(HANGS, "true");
        try (Stack stack = Stack.start()) {
            IntStream.range(0, 5).forEach(i -> stack.upload(i + ".png", Mnist.png(i)));
            stack.upload("hangs.png", Mnist.png(5));
            stack.s3.flushNotifications();
            try (KafkaImageTransformer program = stack.startProgram(home, Map.of("camel.main.shutdown-timeout", "1"))) {
                List<String> members = memberIds(stack);

                // When
                await("the batch is left")
                        .untilAsserted(() -> assertThat(stack.probe().memberIds(stack.group))
                                .isNotEmpty()
                                .doesNotContainAnyElementsOf(members));
                System.clearProperty(HANGS);

                // Then
                stack.awaitAllDone();
                assertThat(stack.filed())
                        .containsExactlyInAnyOrderElementsOf(Stream.concat(
                                        IntStream.range(0, 5).mapToObj(i -> Mnist.label(i) + "/" + i + ".png"),
                                        Stream.of(Mnist.label(5) + "/hangs.png"))
                                .toList());
                assertThat(stack.deadLetters()).isEmpty();
            }
        }
    }

    private static List<String> memberIds(Stack stack) {
        await("a member of the group")
                .until(() -> !stack.probe().memberIds(stack.group).isEmpty());
        return stack.probe().memberIds(stack.group);
    }

    /** The hanging step, and three seconds instead of ten minutes. */
    private static void edit(Path home) throws IOException {
        Files.copy(Path.of("application.properties"), home.resolve("application.properties"));
        Path routes = Files.createDirectory(home.resolve("routes"));
        try (Stream<Path> shipped = Files.list(Path.of("routes"))) {
            for (Path route : (Iterable<Path>) shipped::iterator) {
                Files.writeString(
                        routes.resolve(route.getFileName()),
                        Files.readString(route)
                                .replace("timeout: \"{{events.max-poll-interval-ms}}\"", "timeout: 3000")
                                .replace(
                                        "        - process:\n            id: request-object",
                                        STEP + "        - process:\n            id: request-object"));
            }
        }
    }
}
