package io.imagetransformer.sandbox;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.DoubleSummaryStatistics;
import java.util.stream.IntStream;

import javax.imageio.ImageIO;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class MnistImagesAreBlackOnWhiteTest {

    @Test
    void aPictureIsPlainGrayWithAWhiteBorder() throws IOException {
        // When
        BufferedImage picture = ImageIO.read(new ByteArrayInputStream(Mnist.png(0)));

        // Then
        assertThat(picture.getType()).isEqualTo(BufferedImage.TYPE_BYTE_GRAY);
        assertThat(picture.getWidth()).isEqualTo(28);
        assertThat(picture.getHeight()).isEqualTo(28);
        assertThat(picture.getRaster().getSample(0, 0, 0)).isEqualTo(255);
    }

    @Test
    void whatThePredictorGetsIsThePictureInverted() throws IOException {
        for (int index = 0; index < Mnist.size(); index += 100) {
            // Given
            BufferedImage picture = ImageIO.read(new ByteArrayInputStream(Mnist.png(index)));
            double[] inverted = IntStream.of(picture.getRaster().getSamples(0, 0, 28, 28, 0, (int[]) null))
                    .mapToDouble(gray -> (255 - gray) / 255.0)
                    .toArray();

            // When
            double[] instance = Mnist.instance(index);

            // Then
            assertThat(instance).as("image %d", index).isEqualTo(inverted);
        }
    }

    @Test
    void theReferenceTellsNinetyNineOfAHundredRight() {
        // When
        long right = IntStream.range(0, Mnist.size())
                .filter(index -> Mnist.label(index) == Mnist.truth(index))
                .count();

        // Then
        assertThat(Mnist.size()).isEqualTo(10_000);
        assertThat(right).isGreaterThanOrEqualTo(9_900);
    }

    @Test
    void confidencesAreProbabilitiesOfTheBestOfTen() {
        // When
        DoubleSummaryStatistics confidences =
                IntStream.range(0, Mnist.size()).mapToDouble(Mnist::confidence).summaryStatistics();

        // Then
        assertThat(confidences.getMin()).isGreaterThan(0.1);
        assertThat(confidences.getMax()).isLessThanOrEqualTo(1);
    }
}
