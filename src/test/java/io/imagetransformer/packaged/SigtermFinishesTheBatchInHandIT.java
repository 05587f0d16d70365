package io.imagetransformer.packaged;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;

import io.imagetransformer.pipeline.Stack;
import io.imagetransformer.sandbox.PredictorBehaviour;

import static org.assertj.core.api.Assertions.assertThat;

/** Kubernetes grants 30 s between SIGTERM and SIGKILL. */
class SigtermFinishesTheBatchInHandIT {
    private static final Duration GRACE = Duration.ofSeconds(25);

    @Test
    void theBatchInHandIsFiledAndCommittedAndTheNextIsNotBegun() throws InterruptedException {
        try (Stack stack = Stack.start()) {
            // Given
            CountDownLatch asked = new CountDownLatch(1);
            stack.predictor.behave(call -> {
                asked.countDown();
                return PredictorBehaviour.slow(Duration.ofSeconds(2)).answer(call);
            });
            Map<String, String> settings = new HashMap<>(stack.settings());
            settings.put("events.max-poll-records", "10");
            new Uploads(stack).add(100);
            try (PackagedProgram program = PackagedProgram.start(settings)) {
                asked.await();

                // When
                program.terminate();

                // Then
                assertThat(program.awaitExit(GRACE)).isZero();
                assertThat(program.lines("stopped"))
                        .as(String.join("\n", program.lines()))
                        .hasSize(1);
                int done = stack.filed().size() + stack.deadLetters().size();
                assertThat(done).isBetween(10, 30);
                assertThat(stack.lag()).as("all that was done is committed").isEqualTo(100 - done);
                assertThat(stack.probe().memberIds(stack.group))
                        .as("it left the group")
                        .isEmpty();
            }
        }
    }

    @Test
    void anOutageDoesNotHoldItUp() {
        try (Stack stack = Stack.start()) {
            // Given
            stack.predictor.behave(PredictorBehaviour.failing(503, "loading"));
            new Uploads(stack).add(5);
            try (PackagedProgram program = PackagedProgram.start(stack.settings())) {
                program.awaitLine("gave no prediction: status 503");

                // When
                program.terminate();

                // Then
                assertThat(program.awaitExit(GRACE)).isZero();
                assertThat(stack.lag()).isEqualTo(5);
                assertThat(stack.deadLetters()).isEmpty();
                assertThat(program.lines()).noneMatch(line -> line.contains("ERROR") || line.startsWith("\tat "));
            }
        }
    }

    @Test
    void aCallThatHangsDoesNotHoldItUpEither() throws InterruptedException {
        try (Stack stack = Stack.start()) {
            // Given
            CountDownLatch asked = new CountDownLatch(1);
            stack.predictor.behave(call -> {
                asked.countDown();
                return PredictorBehaviour.hanging().answer(call);
            });
            Map<String, String> settings = new HashMap<>(stack.settings());
            settings.put("http.drain", "0s");
            settings.put("camel.main.shutdown-timeout", "2");
            settings.put("stop.grace", "10s");
            new Uploads(stack).add(5);
            try (PackagedProgram program = PackagedProgram.start(settings)) {
                assertThat(asked.await(PackagedProgram.PATIENCE.toSeconds(), TimeUnit.SECONDS))
                        .as(String.join("\n", program.lines()))
                        .isTrue();

                // When
                program.terminate();

                // Then
                assertThat(program.awaitExit(Duration.ofSeconds(10))).isZero();
                assertThat(stack.lag()).isEqualTo(5);
            }
        }
    }

    @Test
    void itStopsWhileItWaitsForItsTopic() {
        try (Stack stack = Stack.start()) {
            // Given
            Map<String, String> settings = new HashMap<>(stack.settings());
            settings.put("events.topic", "not-there");
            try (PackagedProgram program = PackagedProgram.start(settings)) {
                program.awaitLine("not-there does not exist");

                // When
                program.terminate();

                // Then
                assertThat(program.awaitExit(GRACE)).isZero();
            }
        }
    }

    @Test
    void itStopsBeforeItHasStarted() {
        // Given: a line that is printed before Camel is started
        try (PackagedProgram program = PackagedProgram.start(Map.of("s3.acess-key", "a-typing-error"))) {
            program.awaitLine("S3_ACESS_KEY");

            // When
            program.terminate();

            // Then
            assertThat(program.awaitExit(GRACE)).isZero();
            assertThat(program.lines()).noneMatch(line -> line.contains("cannot start"));
        }
    }
}
