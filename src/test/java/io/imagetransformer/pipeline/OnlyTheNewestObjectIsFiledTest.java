package io.imagetransformer.pipeline;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import io.imagetransformer.KafkaImageTransformer;
import io.imagetransformer.sandbox.FaultProxy;
import io.imagetransformer.sandbox.Mnist;
import io.imagetransformer.sandbox.PredictorBehaviour;
import io.imagetransformer.sandbox.S3Call;

import static org.assertj.core.api.Assertions.assertThat;

/** Guarantee 2: of an object that was replaced, the bytes and the label of no older version are filed. */
class OnlyTheNewestObjectIsFiledTest {
    private static final int OLD = 0;
    private static final int NEW = 1;

    private final Stack stack = Stack.start();

    @AfterEach
    void closeStack() {
        stack.close();
    }

    @Test
    void ofTwoEventsOfOneKeyInABatchTheNewerIsWorkedOn() {
        // Given
        List<S3Call> gets = observedGets();
        stack.upload("a.png", Mnist.png(OLD));
        stack.upload("a.png", Mnist.png(NEW));

        // When
        try (KafkaImageTransformer program = stack.startProgram()) {
            stack.awaitAllDone();
        }

        // Then
        assertOnlyNewIsFiled();
        assertThat(gets).as("one fetch, and our own look at the copy").hasSize(2);
    }

    @Test
    void anObjectThatIsReplacedBetweenEventAndFetchIsLeftToItsNewerEvent() {
        // Given
        AtomicBoolean replaced = new AtomicBoolean();
        List<S3Call> copies = new CopyOnWriteArrayList<>();
        stack.s3.observe(call -> {
            boolean ourFetch =
                    call.operation() == S3Call.Operation.GET && call.bucket().equals(stack.source);
            if (call.operation() == S3Call.Operation.PUT && call.bucket().equals(stack.output)) {
                copies.add(call);
            }
            if (ourFetch && replaced.compareAndSet(false, true)) {
                stack.upload("a.png", Mnist.png(NEW));
            }
        });
        stack.upload("a.png", Mnist.png(OLD));

        // When
        try (KafkaImageTransformer program = stack.startProgram()) {
            stack.awaitAllDone();
            stack.awaitAllDone();
        }

        // Then
        assertThat(replaced).isTrue();
        assertThat(copies).as("the older event filed nothing").hasSize(1);
        assertOnlyNewIsFiled();
    }

    @Test
    void anObjectThatIsReplacedWhileItWaitsForThePredictorIsLeftToItsNewerEvent() {
        // Given
        AtomicBoolean replaced = new AtomicBoolean();
        List<S3Call> copies = new CopyOnWriteArrayList<>();
        stack.s3.observe(call -> {
            if (call.operation() == S3Call.Operation.PUT && call.bucket().equals(stack.output)) {
                copies.add(call);
            }
        });
        stack.predictor.behave(call -> {
            if (replaced.compareAndSet(false, true)) {
                stack.upload("a.png", Mnist.png(NEW));
                Thread.sleep(2_100);
            }
            return call.predict();
        });
        stack.upload("a.png", Mnist.png(OLD));

        // When
        try (KafkaImageTransformer program = stack.startProgram()) {
            stack.awaitAllDone();
            stack.awaitAllDone();
        }

        // Then
        assertThat(copies).as("the older event filed nothing").hasSize(1);
        assertOnlyNewIsFiled();
    }

    @Test
    void anObjectThatIsReplacedWhileItsBytesAreOnTheirWayIsLeftToItsNewerEvent() {
        try (FaultProxy s3 = FaultProxy.before("127.0.0.1", stack.s3.port())) {
            // Given
            AtomicBoolean replaced = new AtomicBoolean();
            List<S3Call> copies = new CopyOnWriteArrayList<>();
            Executor soon = CompletableFuture.delayedExecutor(500, TimeUnit.MILLISECONDS);
            stack.s3.observe(call -> {
                if (call.operation() == S3Call.Operation.PUT && call.bucket().equals(stack.output)) {
                    copies.add(call);
                }
                boolean ourFetch = call.operation() == S3Call.Operation.GET
                        && call.bucket().equals(stack.source);
                if (ourFetch && replaced.compareAndSet(false, true)) {
                    soon.execute(() -> stack.upload("a.png", Mnist.png(NEW)));
                }
            });
            Map<String, String> settings = Map.of(
                    "s3.endpoint",
                    "http://" + s3.address(),
                    "output.s3.endpoint",
                    stack.s3.endpoint().toString());
            try (KafkaImageTransformer program = stack.startProgram(settings)) {
                s3.latency(Duration.ofSeconds(3));

                // When
                stack.upload("a.png", Mnist.png(OLD));
                stack.awaitAllDone();
                stack.awaitAllDone();
            }

            // Then
            assertThat(copies).as("the older event filed nothing").hasSize(1);
            assertOnlyNewIsFiled();
        }
    }

    @Test
    void anImageThatWaitedLongAndWasNotReplacedIsFiled() {
        // Given
        stack.predictor.behave(PredictorBehaviour.slow(Duration.ofMillis(2_100)));
        stack.upload("a.png", Mnist.png(NEW));

        // When
        try (KafkaImageTransformer program = stack.startProgram()) {
            stack.awaitAllDone();
        }

        // Then
        assertOnlyNewIsFiled();
    }

    @Test
    void theSameEventAgainChangesNothing() {
        // Given
        stack.upload("a.png", Mnist.png(NEW));
        stack.s3.flushNotifications();
        stack.probe().readAll(stack.topic).forEach(event -> {
            stack.probe().sendTo(0, stack.topic, "again", event.value());
        });

        // When
        try (KafkaImageTransformer program = stack.startProgram()) {
            stack.awaitAllDone();
            stack.probe().readAll(stack.topic).forEach(event -> {
                stack.probe().sendTo(0, stack.topic, "and-again", event.value());
            });
            stack.awaitAllDone();
        }

        // Then
        assertOnlyNewIsFiled();
    }

    private List<S3Call> observedGets() {
        List<S3Call> gets = new CopyOnWriteArrayList<>();
        stack.s3.observe(call -> {
            if (call.operation() == S3Call.Operation.GET) {
                gets.add(call);
            }
        });
        return gets;
    }

    private void assertOnlyNewIsFiled() {
        String copy = Mnist.label(NEW) + "/a.png";
        assertThat(stack.filed()).containsExactly(copy);
        assertThat(stack.object(stack.output, copy)).isEqualTo(Mnist.png(NEW));
        assertThat(stack.deadLetters()).isEmpty();
    }
}
