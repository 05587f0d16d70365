package io.imagetransformer.packaged;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.sync.RequestBody;

import io.imagetransformer.pipeline.Stack;
import io.imagetransformer.sandbox.Mnist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** What is typed: the commands of the shipped program, killed in the middle, beside the pipeline at work. */
class CommandsOfTheDistributionIT {
    private static final int IMAGES = 300;

    @Test
    void aKilledReconcileGoesOnAndWhatFailedIsListedAndReplayed(@TempDir Path folder) throws Exception {
        try (Stack stack = Stack.start()) {
            // Given
            stack.s3.createBuckets("silent");
            IntStream.range(0, IMAGES).forEach(i -> put(stack, i + ".png", Mnist.png(i)));
            put(stack, "text.png", "no picture".getBytes(StandardCharsets.UTF_8));
            Map<String, String> settings = new HashMap<>(stack.settings());
            settings.put("source.buckets", "silent");
            Path state = folder.resolve("reconcile.json");
            String[] reconcile = {
                "reconcile", "--bucket", "silent", "--until", "0s", "--rate", "50/s", "--state", state.toString()
            };

            // When
            try (PackagedProgram killed = run(settings, reconcile)) {
                await("half-way").atMost(PackagedProgram.PATIENCE).until(() -> Files.exists(state));
                killed.kill();
            }
            long before = stack.lag();
            try (PackagedProgram pipeline = PackagedProgram.start(settings);
                    PackagedProgram rest = run(settings, reconcile)) {
                assertThat(rest.awaitExit(PackagedProgram.PATIENCE)).isZero();
                pipeline.awaitReady();
                stack.awaitAllDone();

                // Then
                assertThat(before).as("sent before the kill").isBetween(100L, IMAGES - 50L);
                assertThat(rest.lines("going on behind the ")).hasSize(1);
                assertThat(rest.lines()).contains("       301 without an outcome: handed over to topic " + stack.topic);
                assertThat(stack.filed())
                        .containsExactlyInAnyOrderElementsOf(IntStream.range(0, IMAGES)
                                .mapToObj(i -> Mnist.label(i) + "/" + i + ".png")
                                .toList());

                // When
                try (PackagedProgram list = run(settings, "dead-letters", "list");
                        PackagedProgram replay = run(settings, "dead-letters", "replay", "--all");
                        PackagedProgram wrong = run(settings, "dead-letter")) {
                    assertThat(list.awaitExit(PackagedProgram.PATIENCE)).isZero();
                    assertThat(replay.awaitExit(PackagedProgram.PATIENCE)).isZero();
                    assertThat(wrong.awaitExit(PackagedProgram.PATIENCE)).isEqualTo(2);

                    // Then
                    assertThat(list.lines())
                            .as("nothing but the table")
                            .allMatch(line ->
                                    line.startsWith("AT ") || line.matches("0@\\d.*not-an-image.*silent/text.png"));
                    assertThat(replay.lines()).singleElement().asString().startsWith("sent ");
                    assertThat(wrong.lines()).hasSize(1);
                }
            }
            assertThat(stack.filed()).hasSize(IMAGES);
        }
    }

    private static PackagedProgram run(Map<String, String> settings, String... arguments) {
        return PackagedProgram.start(PackagedProgram.DISTRIBUTION, settings, arguments);
    }

    private static void put(Stack stack, String key, byte[] bytes) {
        stack.client.putObject(put -> put.bucket("silent").key(key), RequestBody.fromBytes(bytes));
    }
}
