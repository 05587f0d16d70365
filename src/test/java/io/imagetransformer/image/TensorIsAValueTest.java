package io.imagetransformer.image;

import org.junit.jupiter.api.Test;

import io.imagetransformer.image.TransformResult.Transformed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Shape, order of the channels, equality. */
class TensorIsAValueTest {

    @Test
    void threeChannelsAreRedGreenBlue() {
        // Given
        ImageTransform transform = new ImageTransform(new ImageSettings(2, 1, 3, Invert.NEVER, 1 << 20, 20_000_000));

        // When
        Transformed flat = (Transformed) transform.transform(Corpus.bytes("png-rgb8-flat-4000x3000.png"));

        // Then
        assertThat(flat.tensor()).isEqualTo(new Tensor(1, 2, 3, new double[] {
            200 / 255.0, 30 / 255.0, 90 / 255.0, 200 / 255.0, 30 / 255.0, 90 / 255.0
        }));
    }

    @Test
    void tensorsOfTheSameNumbersInAnotherShapeDiffer() {
        // Given
        double[] values = {0, 0.5, 1, 1, 0.5, 0};

        // When
        Tensor tensor = new Tensor(2, 3, 1, values);

        // Then
        assertThat(tensor).isEqualTo(new Tensor(2, 3, 1, values.clone())).isNotEqualTo(new Tensor(3, 2, 1, values));
        assertThat(tensor)
                .hasSameHashCodeAs(new Tensor(2, 3, 1, values.clone()))
                .hasToString("Tensor[2,3,1]");
    }

    @Test
    void aShapeThatIsNotThatOfTheValuesIsAProgrammingError() {
        // Given
        double[] values = new double[5];

        // When
        // Then
        assertThatThrownBy(() -> new Tensor(2, 3, 1, values))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("shape [2,3,1] with 5 values");
    }
}
