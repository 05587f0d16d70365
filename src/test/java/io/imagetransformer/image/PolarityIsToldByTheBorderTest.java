package io.imagetransformer.image;

import java.util.List;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.opencv.core.CvType;
import org.opencv.core.Mat;
import org.opencv.core.MatOfByte;
import org.opencv.core.Scalar;
import org.opencv.core.Size;
import org.opencv.imgcodecs.Imgcodecs;
import org.opencv.imgproc.Imgproc;

import io.imagetransformer.image.TransformResult.Transformed;

import static org.assertj.core.api.Assertions.assertThat;

/** {@code image.invert=auto}: whichever way round a digit was drawn, the model sees it white on black. */
class PolarityIsToldByTheBorderTest {
    private static final ImageTransform AUTO = transform(Invert.AUTO, 1);

    @ParameterizedTest
    @CsvSource({"28, 28", "56, 56", "200, 150", "13, 17", "640, 480", "5, 7"})
    void digitsOfAnySizeAndEitherPolarityComeOutWhiteOnBlack(int width, int height) {
        // Given
        List<byte[]> white = digits("", width, height);
        List<byte[]> black = digits("-inverted", width, height);

        // When
        List<Boolean> ofWhite =
                white.stream().map(image -> auto(image).inverted()).toList();
        List<Boolean> ofBlack =
                black.stream().map(image -> auto(image).inverted()).toList();

        // Then
        assertThat(ofWhite).hasSize(20).containsOnly(false);
        assertThat(ofBlack).hasSize(20).containsOnly(true);
    }

    @Test
    void bothPolaritiesGiveTheSameTensor() {
        // Given
        byte[] white = Corpus.bytes("mnist-3.png");
        byte[] black = Corpus.bytes("mnist-3-inverted.png");

        // When
        Tensor ofWhite = auto(white).tensor();
        Tensor ofBlack = auto(black).tensor();

        // Then
        assertThat(ofWhite).isEqualTo(ofBlack);
    }

    @Test
    void whatAutoDecidesIsExactlyAlwaysOrNever() {
        // Given
        ImageTransform always = transform(Invert.ALWAYS, 3);
        ImageTransform never = transform(Invert.NEVER, 3);
        ImageTransform auto = transform(Invert.AUTO, 3);
        List<byte[]> pictures =
                Corpus.readable(5_000).stream().map(Corpus::bytes).toList();

        // When
        List<Transformed> results =
                pictures.stream().map(p -> (Transformed) auto.transform(p)).toList();

        // Then
        assertThat(results).extracting(Transformed::inverted).contains(true, false);
        for (int i = 0; i < results.size(); i++) {
            ImageTransform same = results.get(i).inverted() ? always : never;
            assertThat(results.get(i)).isEqualTo(same.transform(pictures.get(i)));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 100, 255})
    void aPictureOfOneGreyIsInvertedAsTheReferenceDoes(int grey) {
        // Given
        Mat flat = new Mat(9, 9, CvType.CV_8UC1, new Scalar(grey));

        // When
        boolean darkOnLight = Polarity.isDarkOnLight(flat);

        // Then
        assertThat(darkOnLight).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"90, 200", "200, 90", "10, 60", "60, 10", "240, 250", "250, 240"})
    void pencilOnGreyPaperIsJudgedLikeInkOnWhite(int ink, int paper) {
        // Given
        Mat drawing = new Mat(60, 80, CvType.CV_8UC1, new Scalar(paper));
        drawing.submat(20, 40, 30, 45).setTo(new Scalar(ink));

        // When
        boolean darkOnLight = Polarity.isDarkOnLight(drawing);

        // Then
        assertThat(darkOnLight).isEqualTo(ink < paper);
    }

    @Test
    void aThinDrawnBorderDoesNotDeceive() {
        // Given
        Mat page = new Mat(200, 200, CvType.CV_8UC1, new Scalar(0));
        page.submat(2, 198, 2, 198).setTo(new Scalar(255));
        page.submat(80, 120, 90, 110).setTo(new Scalar(0));

        // When
        boolean darkOnLight = Polarity.isDarkOnLight(page);

        // Then
        assertThat(darkOnLight).isTrue();
    }

    private static Transformed auto(byte[] image) {
        return (Transformed) AUTO.transform(image);
    }

    private static ImageTransform transform(Invert invert, int channels) {
        return new ImageTransform(new ImageSettings(28, 28, channels, invert, 1 << 20, 100_000_000));
    }

    private static List<byte[]> digits(String kind, int width, int height) {
        return IntStream.range(0, 20)
                .mapToObj(i -> resized(Corpus.bytes("mnist-" + i + kind + ".png"), width, height))
                .toList();
    }

    private static byte[] resized(byte[] image, int width, int height) {
        Mat picture = Imgcodecs.imdecode(new MatOfByte(image), Imgcodecs.IMREAD_GRAYSCALE);
        Imgproc.resize(picture, picture, new Size(width, height));
        MatOfByte png = new MatOfByte();
        Imgcodecs.imencode(".png", picture, png);
        return png.toArray();
    }
}
