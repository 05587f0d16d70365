package io.imagetransformer.packaged;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

import io.imagetransformer.pipeline.Stack;
import io.imagetransformer.sandbox.PredictorBehaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Guarantee 1, with {@code kill -9} at moments that nobody chose. */
@Order(1)
class NothingIsLostWhenInstancesAreKilledIT {
    /** Small batches and a predictor that takes its time, so that a kill meets work in every stage. */
    private static Map<String, String> settings(Stack stack) {
        stack.predictor.behave(PredictorBehaviour.slow(Duration.ofMillis(50)));
        Map<String, String> settings = new HashMap<>(stack.settings());
        settings.put("events.max-poll-records", "16");
        return settings;
    }

    @Test
    void aBacklogAndLiveUploadsSurviveSeveralKills() {
        try (Stack stack = Stack.start(2)) {
            // Given
            Map<String, String> settings = settings(stack);
            Uploads uploads = new Uploads(stack).add(300);

            // When
            for (int kill = 1; kill <= 2; kill++) {
                try (PackagedProgram program = PackagedProgram.start(settings)) {
                    uploads.awaitFiled(kill * 60);
                    program.kill();
                }
                uploads.add(20);
            }

            // Then
            try (PackagedProgram program = PackagedProgram.start(settings)) {
                program.awaitReady();
                uploads.add(60).assertEachHasItsOutcome();
                assertThat(program.lines()).noneMatch(line -> line.startsWith("\tat "));
            }
        }
    }

    @Test
    void anotherInstanceTakesOverTheWorkOfAKilledOne() {
        try (Stack stack = Stack.start(4)) {
            // Given
            Map<String, String> settings = settings(stack);
            Uploads uploads = new Uploads(stack);
            try (PackagedProgram one = PackagedProgram.start(settings);
                    PackagedProgram two = PackagedProgram.start(settings)) {
                one.awaitReady();
                two.awaitReady();
                await("both are members of the group").atMost(Stack.PATIENCE).untilAsserted(() -> assertThat(
                                stack.probe().memberIds(stack.group))
                        .hasSize(2));
                uploads.add(200).awaitFiled(40);

                // When
                one.kill();

                // Then
                uploads.add(40).assertEachHasItsOutcome();
                assertThat(two.isAlive()).isTrue();
            }
        }
    }
}
