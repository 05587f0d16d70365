package io.imagetransformer.pipeline;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.imagetransformer.KafkaImageTransformer;
import io.imagetransformer.sandbox.Mnist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** All that is called has its time; this is about what has none: a step of a team's own, a defect, a library's defect. */
@Order(1)
class WhatHangsDoesNotHangTheIntakeTest {
    private static final String HANGS = "what-hangs-does-not-hang-the-intake";

    /** The least that the settings allow: 30 s of it are margin. */
    private static final Duration LIMIT = Duration.ofSeconds(39);

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
        Map<String, String> settings = Map.of(
                "events.hold", "1s",
                "s3.timeout", "2s",
                "predictor.timeout", "2s",
                "events.max-poll-interval-ms", String.valueOf(LIMIT.toMillis()),
                "camel.main.shutdown-timeout", "1");
        try (Stack stack = Stack.start()) {
            Set<String> fetched = ConcurrentHashMap.newKeySet();
            stack.s3.observe(call -> fetched.add(call.operation() + " " + call.key()));
            IntStream.range(0, 5).forEach(i -> stack.upload(i + ".png", Mnist.png(i)));
            stack.upload("hangs.png", Mnist.png(5));
            stack.s3.flushNotifications();

            // When
            try (KafkaImageTransformer program = stack.startProgram(home, settings)) {
                await("its neighbours are fetched").atMost(Stack.PATIENCE).untilAsserted(() -> assertThat(fetched)
                        .contains("GET 0.png", "GET 1.png", "GET 2.png", "GET 3.png", "GET 4.png"));
                await("it hangs")
                        .during(Duration.ofSeconds(2))
                        .atMost(Stack.PATIENCE)
                        .until(() -> !fetched.contains("GET hangs.png"));
                System.clearProperty(HANGS);

                // Then
                stack.awaitAllDone(LIMIT.plus(Stack.PATIENCE));
                assertThat(stack.filed())
                        .containsExactlyInAnyOrderElementsOf(Stream.concat(
                                        IntStream.range(0, 5).mapToObj(i -> Mnist.label(i) + "/" + i + ".png"),
                                        Stream.of(Mnist.label(5) + "/hangs.png"))
                                .toList());
                assertThat(stack.deadLetters()).isEmpty();
            }
        }
    }

    /** The hanging step. */
    private static void edit(Path home) throws IOException {
        Files.copy(Path.of("application.properties"), home.resolve("application.properties"));
        Path routes = Files.createDirectory(home.resolve("routes"));
        try (Stream<Path> shipped = Files.list(Path.of("routes"))) {
            for (Path route : (Iterable<Path>) shipped::iterator) {
                Files.writeString(
                        routes.resolve(route.getFileName()),
                        Files.readString(route)
                                .replace(
                                        "        - process:\n            id: request-object",
                                        STEP + "        - process:\n            id: request-object"));
            }
        }
    }
}
