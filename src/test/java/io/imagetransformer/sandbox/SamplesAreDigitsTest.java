package io.imagetransformer.sandbox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.opencv.core.Core;
import org.opencv.core.Mat;
import org.opencv.core.MatOfByte;
import org.opencv.core.Scalar;
import org.opencv.core.Size;
import org.opencv.imgcodecs.Imgcodecs;
import org.opencv.imgproc.Imgproc;

import static io.imagetransformer.sandbox.PredictorClient.json;
import static io.imagetransformer.sandbox.PredictorClient.predict;
import static org.assertj.core.api.Assertions.assertThat;

class SamplesAreDigitsTest {

    private static final Path SAMPLES = Path.of("src/test/resources/samples");

    private static EmbeddedPredictor predictor;

    @BeforeAll
    static void start() throws IOException {
        predictor = EmbeddedPredictor.start(0, "mnist");
    }

    @AfterAll
    static void stop() {
        predictor.close();
    }

    static List<Path> samples() throws IOException {
        try (Stream<Path> files = Files.list(SAMPLES)) {
            return files.sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("samples")
    void theFirstDigitOfItsNameIsTheDigitOnIt(Path sample) throws Exception {
        // Given
        int digit = sample.getFileName().toString().charAt(0) - '0';
        String body = "{\"instances\":[" + Arrays.toString(transform(Files.readAllBytes(sample))) + "]}";

        // When
        JsonNode prediction = json(predict(predictor, body)).at("/predictions/0");

        // Then
        assertThat(prediction.get("classes").intValue()).isEqualTo(digit);
        assertThat(prediction.get("predictions").get(digit).doubleValue()).isGreaterThan(0.99);
    }

    @Test
    void everyDigitIsThere() throws IOException {
        assertThat(samples().stream().map(sample -> sample.getFileName().toString()))
                .containsAll(
                        IntStream.range(0, 10).mapToObj(digit -> digit + ".png").toList());
    }

    /** The reference's transform, written anew: samples are to be right whatever becomes of the product's own. */
    private static double[] transform(byte[] file) {
        Mat image = Imgcodecs.imdecode(new MatOfByte(file), Imgcodecs.IMREAD_GRAYSCALE);
        Core.subtract(new Mat(image.size(), image.type(), Scalar.all(255)), image, image);
        Imgproc.resize(image, image, new Size(Mnist.WIDTH, Mnist.WIDTH));
        byte[] pixels = new byte[Mnist.WIDTH * Mnist.WIDTH];
        image.get(0, 0, pixels);
        return IntStream.range(0, pixels.length)
                .mapToDouble(i -> (pixels[i] & 255) / 255.0)
                .toArray();
    }
}
