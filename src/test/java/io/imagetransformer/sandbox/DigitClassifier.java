package io.imagetransformer.sandbox;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

import org.opencv.core.CvType;
import org.opencv.core.Mat;
import org.opencv.core.MatOfByte;
import org.opencv.dnn.Dnn;
import org.opencv.dnn.Net;

import io.imagetransformer.image.OpenCv;
import io.imagetransformer.sandbox.PredictorBehaviour.Prediction;

/**
 * The model of the sandbox, {@code /model/mnist.onnx} on the class path, run by OpenCV. Any number of threads may ask; as
 * many as there are processors are served at once, for a network serves one at a time.
 */
final class DigitClassifier {

    /** How many floats an image is: 28x28. */
    static final int INPUTS = Mnist.WIDTH * Mnist.WIDTH;

    private static final int CLASSES = 10;

    private final BlockingQueue<Net> networks;

    DigitClassifier() {
        OpenCv.load();
        int count = Runtime.getRuntime().availableProcessors();
        networks = new ArrayBlockingQueue<>(count);
        MatOfByte model = new MatOfByte(model());
        try {
            for (int i = 0; i < count; i++) {
                networks.add(Dnn.readNetFromONNX(model));
            }
        } finally {
            model.release();
        }
    }

    /**
     * Classifies a batch in one pass.
     *
     * @param images at least one, each of {@value #INPUTS} floats, 0 (background) to 1 (ink)
     * @return one prediction per image, in their order
     */
    List<Prediction> classify(List<float[]> images) throws InterruptedException {
        Net network = networks.take();
        Mat input = new Mat(images.size(), INPUTS, CvType.CV_32F);
        Mat output = null;
        try {
            for (int i = 0; i < images.size(); i++) {
                input.put(i, 0, images.get(i));
            }
            network.setInput(input);
            output = network.forward();
            List<Prediction> predictions = new ArrayList<>(images.size());
            for (int i = 0; i < images.size(); i++) {
                float[] probabilities = new float[CLASSES];
                output.get(i, 0, probabilities);
                predictions.add(Prediction.of(probabilities));
            }
            return predictions;
        } finally {
            input.release();
            if (output != null) {
                output.release();
            }
            networks.add(network);
        }
    }

    private static byte[] model() {
        try (InputStream in = Objects.requireNonNull(
                DigitClassifier.class.getResourceAsStream("/model/mnist.onnx"), "/model/mnist.onnx")) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException("/model/mnist.onnx on the class path", e);
        }
    }
}
