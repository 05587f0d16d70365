package io.imagetransformer.sandbox.model;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.concurrent.ForkJoinPool;

import org.junit.jupiter.api.Test;

import io.imagetransformer.sandbox.IdxFile;

import static org.assertj.core.api.Assertions.assertThat;

class TrainingIsReproducibleTest {

    /** Of the checked-in model; what training prints at its end. It changes with anything that the trainer computes. */
    private static final String MODEL_SHA256 = "7f3ce84676baf1008cfd1f2f6f4e71082d4c9fe2da7123494947c2a901ce226d";

    /** Of one epoch over the first 1,000 test images. */
    private static final String SHORT_TRAINING_SHA256 =
            "a17701190b454651bc621e74a2646c6197c3847440fb68f810b0851e85e92e8e";

    @Test
    void theCheckedInModelIsTheOneThatTrainingMakes() throws IOException {
        // Given
        byte[] model = resource("/model/mnist.onnx").readAllBytes();

        // When
        String digest = TrainMnist.sha256(model);

        // Then
        assertThat(digest).isEqualTo(MODEL_SHA256);
    }

    @Test
    void aShortTrainingGivesTheSameBytesOnEveryMachine() throws IOException {
        // Given
        byte[][] images = images();
        byte[] labels = labels();

        // When
        byte[] model = TrainMnist.train(images, labels, 1);

        // Then
        assertThat(TrainMnist.sha256(model)).isEqualTo(SHORT_TRAINING_SHA256);
    }

    @Test
    void theNumberOfThreadsChangesNothing() throws Exception {
        // Given
        byte[][] images = images();
        byte[] labels = labels();
        ForkJoinPool one = new ForkJoinPool(1);
        ForkJoinPool four = new ForkJoinPool(4);

        // When
        byte[] byOne = one.submit(() -> TrainMnist.train(images, labels, 1)).get();
        byte[] byFour = four.submit(() -> TrainMnist.train(images, labels, 1)).get();

        // Then
        assertThat(byFour).isEqualTo(byOne);
        one.shutdown();
        four.shutdown();
    }

    private static byte[][] images() throws IOException {
        return Arrays.copyOf(IdxFile.images(resource("/mnist/t10k-images-idx3-ubyte.gz")), 1_000);
    }

    private static byte[] labels() throws IOException {
        return Arrays.copyOf(IdxFile.labels(resource("/mnist/t10k-labels-idx1-ubyte.gz")), 1_000);
    }

    private static InputStream resource(String name) {
        InputStream in = TrainingIsReproducibleTest.class.getResourceAsStream(name);
        assertThat(in).as(name).isNotNull();
        return in;
    }
}
