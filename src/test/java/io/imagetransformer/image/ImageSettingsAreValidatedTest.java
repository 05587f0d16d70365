package io.imagetransformer.image;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** A wrong setting is refused with its key, its rule and the value found. */
class ImageSettingsAreValidatedTest {

    @Test
    void theDefaultsAreThoseOfTheReference() {
        // Given
        // When
        ImageSettings settings = ImageSettings.mnist();

        // Then
        assertThat(settings).isEqualTo(new ImageSettings(28, 28, 1, Invert.ALWAYS, 33_554_432, 100_000_000));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    0    | 28   | 1 | 1          | 1          | image.width must be from 1 to 4096, but is 0
                    4097 | 28   | 1 | 1          | 1          | image.width must be from 1 to 4096, but is 4097
                    28   | -1   | 1 | 1          | 1          | image.height must be from 1 to 4096, but is -1
                    28   | 28   | 2 | 1          | 1          | image.channels must be 1 (grey) or 3 (colour), but is 2
                    28   | 28   | 1 | 0          | 1          | image.max-bytes must be from 1 to 1073741824, but is 0
                    28   | 28   | 1 | 1073741825 | 1          | image.max-bytes must be from 1 to 1073741824, but is 1073741825
                    28   | 28   | 1 | 1          | 0          | image.max-pixels must be from 1 to 1073741824, but is 0
                    28   | 28   | 1 | 1          | 1073741825 | image.max-pixels must be from 1 to 1073741824, but is 1073741825
                    """)
    void aWrongValueIsNamed(int width, int height, int channels, long maxBytes, long maxPixels, String message) {
        // Given
        // When
        // Then
        assertThatThrownBy(() -> new ImageSettings(width, height, channels, Invert.AUTO, maxBytes, maxPixels))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }
}
