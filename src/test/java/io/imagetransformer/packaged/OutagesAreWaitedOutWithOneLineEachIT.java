package io.imagetransformer.packaged;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

import io.imagetransformer.pipeline.Stack;
import io.imagetransformer.sandbox.FaultProxy;
import io.imagetransformer.sandbox.PredictorBehaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Guarantee 3, and that an operator reads of an outage once when it begins and once when it ends. */
@Order(1)
class OutagesAreWaitedOutWithOneLineEachIT {
    private static final Duration OUTAGE = Duration.ofSeconds(8);

    @Test
    void storeAndPredictorMayGoInTheMiddleOfTheWork() {
        try (Stack stack = Stack.start();
                FaultProxy s3 = FaultProxy.before("127.0.0.1", stack.s3.port());
                FaultProxy predictor = FaultProxy.before("127.0.0.1", predictorPort(stack))) {
            // Given
            stack.predictor.behave(PredictorBehaviour.slow(Duration.ofMillis(50)));
            Map<String, String> settings = new HashMap<>(stack.settings());
            settings.put("s3.endpoint", "http://" + s3.address());
            settings.put("predictor.host", predictor.address());
            settings.put("events.max-poll-records", "16");
            Uploads uploads = new Uploads(stack).add(300);
            try (PackagedProgram program = PackagedProgram.start(settings)) {
                uploads.awaitFiled(40);

                // When
                outage(stack, s3);
                uploads.awaitFiled(150);
                outage(stack, predictor);

                // Then
                uploads.add(20).assertEachHasItsOutcome();
                assertThat(program.lines("S3 at http://" + s3.address() + " cannot be reached"))
                        .singleElement()
                        .asString()
                        .contains("waiting");
                assertThat(program.lines("S3 at http://" + s3.address() + " is back after"))
                        .singleElement()
                        .asString()
                        .doesNotContain("after 0 s");
                assertThat(program.lines("predictor http://" + predictor.address() + " cannot be reached"))
                        .singleElement()
                        .asString()
                        .contains("waiting");
                assertThat(program.lines("predictor http://" + predictor.address() + " is back after"))
                        .singleElement()
                        .asString()
                        .doesNotContain("after 0 s");
                assertThat(program.lines())
                        .as("nothing else but the summary, the topic, ready, and dead letters")
                        .filteredOn(line -> !line.contains("dead letter: "))
                        .hasSize(7);
            }
        }
    }

    private static void outage(Stack stack, FaultProxy proxy) {
        proxy.refuse();
        await("a batch is held")
                .during(OUTAGE)
                .atMost(OUTAGE.plus(Stack.PATIENCE))
                .untilAsserted(() -> assertThat(stack.probe().memberIds(stack.group))
                        .as("the group keeps its member")
                        .hasSize(1));
        proxy.heal();
    }

    private static int predictorPort(Stack stack) {
        return Integer.parseInt(stack.predictor.hostPort().replaceFirst(".*:", ""));
    }
}
