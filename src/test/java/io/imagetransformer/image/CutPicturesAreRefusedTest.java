package io.imagetransformer.image;

import java.util.Arrays;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import io.imagetransformer.image.TransformResult.Refused;
import io.imagetransformer.image.TransformResult.Transformed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

/** A picture that was cut anywhere is refused, or what it lost was no part of the picture: never a different tensor. */
class CutPicturesAreRefusedTest {
    private static final ImageTransform TRANSFORM = new ImageTransform(ImageSettings.mnist());

    static List<String> smallPictures() {
        return Corpus.readable(2_000);
    }

    @ParameterizedTest
    @MethodSource("smallPictures")
    void cutAtAnyByteItIsRefusedOrTheSame(String file) {
        // Given
        byte[] whole = Corpus.bytes(file);
        Transformed expected = (Transformed) TRANSFORM.transform(whole);

        // When
        for (int length = 0; length < whole.length; length++) {
            TransformResult result = TRANSFORM.transform(Arrays.copyOf(whole, length));

            // Then
            if (result instanceof Transformed transformed
                    && !transformed.tensor().equals(expected.tensor())) {
                fail("%s cut at byte %d of %d is another picture", file, length, whole.length);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("smallPictures")
    void withoutItsSecondHalfItIsRefused(String file) {
        // Given
        byte[] whole = Corpus.bytes(file);
        boolean firstPageIsWhole =
                file.contains("pages") || file.contains("second-page") || file.contains("two-in-a-row");

        // When
        TransformResult result = TRANSFORM.transform(Arrays.copyOf(whole, whole.length / 2));

        // Then
        if (!firstPageIsWhole) {
            assertThat(result).isInstanceOf(Refused.class);
        }
    }

    @Test
    void whatFollowsThePictureIsIgnored() {
        // Given
        byte[] whole = Corpus.bytes("jpeg-420-17x13.jpg");

        // When
        TransformResult result = TRANSFORM.transform(Arrays.copyOf(whole, whole.length + 1000));

        // Then
        assertThat(result).isEqualTo(TRANSFORM.transform(whole));
    }
}
