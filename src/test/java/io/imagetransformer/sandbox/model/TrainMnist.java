package io.imagetransformer.sandbox.model;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Random;
import java.util.stream.IntStream;

import io.imagetransformer.sandbox.IdxFile;

/**
 * Trains the {@link LeNet} of the sandbox on MNIST, and writes it as ONNX; the command is in the package's description.
 *
 * <p>The result is the same to the bit however many threads share the work: a batch is cut into slices of a fixed size,
 * each slice sums up its own gradient in the order of its images, and the slices are added in their order.
 */
public final class TrainMnist {

    private static final int EPOCHS = 30;
    private static final int SLICES = 8;
    private static final int SLICE = 8;
    private static final int BATCH = SLICES * SLICE;
    private static final long SEED = 20260101;
    private static final float LEARNING_RATE = 0.05f;
    private static final float MOMENTUM = 0.9f;
    private static final float WEIGHT_DECAY = 1e-4f;
    /** Images are moved by up to so many pixels, each time anew: what is learned then holds off the centre too. */
    private static final int SHIFT = 1;

    private final LeNet.Slice[] slices =
            IntStream.range(0, SLICES).mapToObj(i -> new LeNet.Slice(SLICE)).toArray(LeNet.Slice[]::new);
    private final Random random = new Random(SEED);
    private final float[] parameters = LeNet.initial(random);
    private final float[] velocity = new float[LeNet.SIZE];

    private TrainMnist() {}

    /**
     * Trains, prints the accuracy after every epoch, and writes the file.
     *
     * @param args the directory of MNIST's four files, each ungzipped, and the file to write
     */
    public static void main(String[] args) throws IOException {
        if (args.length != 2) {
            System.err.println("usage: TrainMnist <directory of the MNIST files> <ONNX file to write>");
            System.exit(2);
        }
        Path data = Path.of(args[0]);
        byte[][] images = IdxFile.images(Files.newInputStream(data.resolve("train-images-idx3-ubyte")));
        byte[] labels = IdxFile.labels(Files.newInputStream(data.resolve("train-labels-idx1-ubyte")));
        byte[][] testImages = IdxFile.images(Files.newInputStream(data.resolve("t10k-images-idx3-ubyte")));
        byte[] testLabels = IdxFile.labels(Files.newInputStream(data.resolve("t10k-labels-idx1-ubyte")));
        long start = System.nanoTime();
        TrainMnist training = new TrainMnist();
        for (int epoch = 0; epoch < EPOCHS; epoch++) {
            training.epoch(images, labels, epoch, EPOCHS);
            System.out.printf(
                    "epoch %d of %d: %d of %d test images right, %d s%n",
                    epoch + 1,
                    EPOCHS,
                    training.right(testImages, testLabels),
                    testImages.length,
                    (System.nanoTime() - start) / 1_000_000_000);
        }
        byte[] model = OnnxFile.of(training.parameters);
        Files.write(Path.of(args[1]), model);
        System.out.printf("%s: %d bytes, SHA-256 %s%n", args[1], model.length, sha256(model));
    }

    /**
     * Trains from the start.
     *
     * @param images each {@code [28,28]}, 0 (background) to 255 (ink), unsigned
     * @param labels as many, 0 to 9
     * @return the ONNX file
     */
    static byte[] train(byte[][] images, byte[] labels, int epochs) {
        TrainMnist training = new TrainMnist();
        for (int epoch = 0; epoch < epochs; epoch++) {
            training.epoch(images, labels, epoch, epochs);
        }
        return OnnxFile.of(training.parameters);
    }

    /** In lower-case hexadecimal. */
    static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** Every image once, in a new order; the last few that do not fill a batch are left out. */
    private void epoch(byte[][] images, byte[] labels, int epoch, int epochs) {
        int[] order = shuffled(images.length);
        int batches = images.length / BATCH;
        for (int batch = 0; batch < batches; batch++) {
            for (int i = 0; i < BATCH; i++) {
                int image = order[batch * BATCH + i];
                int right = random.nextInt(2 * SHIFT + 1) - SHIFT;
                int down = random.nextInt(2 * SHIFT + 1) - SHIFT;
                slices[i / SLICE].set(i % SLICE, images[image], labels[image], right, down);
            }
            IntStream.range(0, SLICES).parallel().forEach(i -> {
                slices[i].forward(parameters);
                slices[i].backward(parameters);
            });
            double progress = (epoch + (double) batch / batches) / epochs;
            step(LEARNING_RATE * (float) (0.5 + 0.5 * StrictMath.cos(StrictMath.PI * progress)));
        }
    }

    private int[] shuffled(int count) {
        int[] order = IntStream.range(0, count).toArray();
        for (int i = count - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int swapped = order[i];
            order[i] = order[j];
            order[j] = swapped;
        }
        return order;
    }

    private void step(float learningRate) {
        for (int i = 0; i < LeNet.SIZE; i++) {
            float sum = 0;
            for (LeNet.Slice slice : slices) {
                sum += slice.gradient[i];
            }
            velocity[i] = MOMENTUM * velocity[i] - learningRate * (sum / BATCH + WEIGHT_DECAY * parameters[i]);
            parameters[i] += velocity[i];
        }
    }

    private int right(byte[][] images, byte[] labels) {
        int right = 0;
        LeNet.Slice slice = slices[0];
        for (int from = 0; from + SLICE <= images.length; from += SLICE) {
            for (int i = 0; i < SLICE; i++) {
                slice.set(i, images[from + i], labels[from + i], 0, 0);
            }
            slice.forward(parameters);
            for (int i = 0; i < SLICE; i++) {
                if (slice.best(i) == labels[from + i]) {
                    right++;
                }
            }
        }
        return right;
    }
}
