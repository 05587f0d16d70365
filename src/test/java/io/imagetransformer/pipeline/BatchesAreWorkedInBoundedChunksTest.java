package io.imagetransformer.pipeline;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.sync.RequestBody;

import io.imagetransformer.KafkaImageTransformer;
import io.imagetransformer.sandbox.Mnist;

import static org.assertj.core.api.Assertions.assertThat;

/** How many images are in memory together, seen by what the predictor gets in one call. */
class BatchesAreWorkedInBoundedChunksTest {
    private static final int IMAGES = 7;

    /** Two of them and their tensors fit into a mebibyte, three do not. */
    private static final byte[] LARGE = Pictures.bmp(350, 350);

    private static Stack stack;

    @BeforeAll
    static void startStack() {
        stack = Stack.start();
    }

    @BeforeEach
    void forget() {
        stack.predictor.forget();
    }

    @AfterAll
    static void closeStack() {
        stack.close();
    }

    @Test
    void oneBatchIsOneCall() {
        // Given
        uploadDigits("one-call");

        // When
        run(Map.of());

        // Then
        assertThat(stack.predictor.batches()).containsExactly(IMAGES);
    }

    @Test
    void noCallHasMoreInstancesThanThePredictorTakes() {
        // Given
        uploadDigits("three-a-call");

        // When
        run(Map.of("predictor.max-instances", "3"));

        // Then
        assertThat(stack.predictor.batches()).containsExactly(3, 3, 1);
    }

    @Test
    void aModelThatTakesOneInstanceGetsOne() {
        // Given
        uploadDigits("one-a-call");

        // When
        run(Map.of("predictor.max-instances", "1"));

        // Then
        assertThat(stack.predictor.batches()).hasSize(IMAGES).containsOnly(1);
    }

    @Test
    void noMoreBytesThanAllowedAreInMemoryTogether() {
        // Given
        IntStream.range(0, 5).forEach(i -> stack.upload("large/" + i + ".bmp", LARGE));

        // When
        run(Map.of("batch.max-bytes", "1MiB", "image.max-bytes", "512KiB"));

        // Then
        assertThat(stack.predictor.batches()).containsExactly(2, 2, 1);
        assertThat(stack.filed()).filteredOn(key -> key.contains("/large/")).hasSize(5);
    }

    @Test
    void anEventThatMakesItsObjectSmallDoesNotWidenTheBounds() {
        // Given
        stack.s3.createBuckets("silent");
        List<String> keys =
                IntStream.range(0, 5).mapToObj(i -> "lies/" + i + ".bmp").toList();
        keys.forEach(key -> stack.client.putObject(put -> put.bucket("silent").key(key), RequestBody.fromBytes(LARGE)));
        keys.forEach(key -> stack.publish(key, Events.upload("silent", key, 1)));

        // When
        run(Map.of("batch.max-bytes", "1MiB", "image.max-bytes", "512KiB", "source.buckets", "silent"));

        // Then
        assertThat(stack.predictor.batches()).containsExactly(2, 2, 1);
        assertThat(stack.filed()).filteredOn(key -> key.contains("/lies/")).hasSize(5);
        assertThat(stack.deadLetters()).isEmpty();
    }

    private static void uploadDigits(String folder) {
        IntStream.range(0, IMAGES).forEach(i -> stack.upload(folder + "/" + i + ".png", Mnist.png(i)));
        stack.s3.flushNotifications();
    }

    private static void run(Map<String, String> settings) {
        stack.s3.flushNotifications();
        try (KafkaImageTransformer program = stack.startProgram(settings)) {
            stack.awaitAllDone();
        }
    }
}
