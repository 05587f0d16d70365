package io.imagetransformer.image;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import io.imagetransformer.image.Corpus.Golden;
import io.imagetransformer.image.TransformResult.Refused;
import io.imagetransformer.image.TransformResult.Transformed;

import static org.assertj.core.api.Assertions.assertThat;

/** The contract of the room, over the whole corpus: the same numbers as the reference, or a refusal that is written down. */
@Order(1)
class TransformEqualsThePythonReferenceTest {
    private static final Map<String, String> REFUSED = Corpus.refused();
    private static final Map<ImageSettings, ImageTransform> TRANSFORMS = new HashMap<>();

    static Stream<Golden> pictures() {
        return Corpus.golden();
    }

    @ParameterizedTest
    @MethodSource("pictures")
    void everyPictureIsWhatTheReferenceMakesOfItOrIsRefusedForItsReason(Golden golden) {
        // Given
        ImageTransform transform = TRANSFORMS.computeIfAbsent(golden.settings(), ImageTransform::new);
        byte[] image = Corpus.bytes(golden.file());

        // When
        TransformResult result = transform.transform(image);

        // Then
        String reason = REFUSED.get(golden.file());
        if (reason == null) {
            assertThat(result).isInstanceOf(Transformed.class);
            Transformed transformed = (Transformed) result;
            assertThat(transformed.width() + "x" + transformed.height()).isEqualTo(golden.pictureSize());
            assertThat(Corpus.digest(transformed.tensor().values())).isEqualTo(golden.digest());
        } else {
            assertThat(result).isInstanceOfSatisfying(Refused.class, refused -> assertThat(
                            refused.reason().code())
                    .as(refused.message())
                    .isEqualTo(reason));
        }
    }

    @Test
    void aFewPicturesAreComparedNumberByNumber() {
        // Given
        ImageTransform transform = new ImageTransform(ImageSettings.mnist());

        // When
        Map<String, double[]> vectors = Corpus.vectors();

        // Then
        assertThat(vectors).hasSizeGreaterThanOrEqualTo(4).allSatisfy((file, expected) -> {
            Transformed transformed = (Transformed) transform.transform(Corpus.bytes(file));
            assertThat(transformed.tensor().values()).containsExactly(expected);
        });
    }

    @Test
    void whatTheReferenceDoesNotReadIsRefused() {
        // Given
        Stream<Golden> pictures = Corpus.golden();

        // When
        Set<String> unreadable = pictures.filter(golden -> !golden.isReadByTheReference())
                .map(Golden::file)
                .collect(Collectors.toSet());

        // Then
        assertThat(unreadable).hasSizeGreaterThan(40);
        assertThat(REFUSED.keySet()).containsAll(unreadable);
    }

    @Test
    void theCorpusIsLarge() {
        // Given
        int pictures = Corpus.readable(Integer.MAX_VALUE).size();

        // When
        Stream<String> refusals = Corpus.refused().values().stream().distinct();

        // Then
        assertThat(pictures).isGreaterThan(400);
        assertThat(refusals).as("reasons seen").hasSizeGreaterThanOrEqualTo(9);
    }
}
