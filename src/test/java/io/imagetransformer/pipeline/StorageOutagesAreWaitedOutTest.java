package io.imagetransformer.pipeline;

import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import io.imagetransformer.KafkaImageTransformer;
import io.imagetransformer.sandbox.Mnist;
import io.imagetransformer.sandbox.S3Call;
import io.imagetransformer.sandbox.S3Call.Operation;
import io.imagetransformer.sandbox.S3Refusal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

/** Guarantee 3: whatever the store refuses for reasons of its own, no image is blamed for it. */
@Order(1)
class StorageOutagesAreWaitedOutTest {
    private static final int IMAGES = 6;
    private static final Set<Operation> OURS = EnumSet.of(Operation.GET, Operation.PUT);

    /** Refusals that also a writer meets, as one may read and another write. */
    private static final Set<S3Refusal> REFUSED_TO_WRITERS =
            EnumSet.of(S3Refusal.SLOW_DOWN, S3Refusal.ACCESS_DENIED, S3Refusal.NO_SUCH_BUCKET);

    private static Stack stack;
    private static KafkaImageTransformer program;

    @BeforeAll
    static void startProgram() {
        stack = Stack.start();
        program = stack.startProgram();
    }

    @AfterAll
    static void close() {
        program.close();
        stack.close();
    }

    @AfterEach
    void heal() {
        stack.s3.heal();
        stack.s3.observe(call -> {});
    }

    static Stream<Arguments> refusals() {
        return EnumSet.complementOf(EnumSet.of(S3Refusal.NO_SUCH_KEY)).stream()
                .flatMap(refusal -> (REFUSED_TO_WRITERS.contains(refusal) ? OURS : EnumSet.of(Operation.GET))
                        .stream().map(operation -> argumentSet(refusal + " to " + operation, refusal, operation)));
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void theFirstCallsAreRefusedAndYetEveryImageIsFiled(S3Refusal refusal, Operation operation) {
        // Given
        String folder = refusal + "-" + operation;
        Set<String> refused = ConcurrentHashMap.newKeySet();
        stack.s3.refuse(
                refusal, 1, call -> call.operation() == operation && isOurs(call, folder) && refused.add(call.key()));

        // When
        upload(folder, IMAGES);

        // Then
        stack.awaitAllDone();
        assertThat(refused).as("the trouble was there").isNotEmpty();
        assertFiled(folder, IMAGES);
        assertThat(stack.deadLetters()).isEmpty();
    }

    @Test
    void aStoreThatRefusesEveryThirdCallLosesNothing() {
        // Given
        int images = 60;
        stack.s3.refuse(S3Refusal.SLOW_DOWN, 0.3, call -> isOurs(call, "slow"));

        // When
        upload("slow", images);

        // Then
        stack.awaitAllDone();
        assertFiled("slow", images);
        assertThat(stack.deadLetters()).isEmpty();
    }

    @Test
    void aStoreThatIsGoneIsWaitedFor() {
        // Given
        upload("gone", IMAGES);
        stack.awaitAllDone();
        stack.publish("again", Events.upload(stack.source, "gone/0.png", 922));
        stack.s3.stop();
        stack.publish("and-again", Events.upload(stack.source, "gone/1.png", 922));

        // When
        stack.s3.startAgain();

        // Then
        stack.awaitAllDone();
        assertFiled("gone", IMAGES);
        assertThat(stack.deadLetters()).isEmpty();
    }

    @Test
    void anObjectThatShowsALittleLaterIsNotMissing() {
        // Given
        Set<String> asked = ConcurrentHashMap.newKeySet();
        stack.s3.refuse(S3Refusal.NO_SUCH_KEY, 1, call -> call.operation() == Operation.GET && asked.add(call.key()));

        // When
        upload("late", IMAGES);

        // Then
        stack.awaitAllDone();
        assertFiled("late", IMAGES);
        assertThat(stack.deadLetters()).isEmpty();
    }

    private static void upload(String folder, int images) {
        IntStream.range(0, images).forEach(i -> stack.upload(folder + "/" + i + ".png", Mnist.png(i)));
        stack.s3.flushNotifications();
    }

    private static boolean isOurs(S3Call call, String folder) {
        boolean copy = call.bucket().equals(stack.output) || call.operation() == Operation.GET;
        return OURS.contains(call.operation()) && copy && call.key().contains(folder);
    }

    private static void assertFiled(String folder, int images) {
        assertThat(stack.filed())
                .filteredOn(key -> key.contains("/" + folder + "/"))
                .containsExactlyInAnyOrderElementsOf(IntStream.range(0, images)
                        .mapToObj(i -> Mnist.label(i) + "/" + folder + "/" + i + ".png")
                        .toList());
    }
}
