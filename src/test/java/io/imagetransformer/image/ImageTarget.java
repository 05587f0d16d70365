package io.imagetransformer.image;

import java.util.stream.Stream;

import io.imagetransformer.fuzz.FuzzTarget;
import io.imagetransformer.image.HeaderCheck.Whole;
import io.imagetransformer.image.TransformResult.Refused;
import io.imagetransformer.image.TransformResult.Transformed;

import static org.assertj.core.api.Assertions.assertThat;

/** Input: a picture, or none. What the header check lets pass, the decoder gets. */
public final class ImageTarget implements FuzzTarget {
    private static final int SEED_BYTES = 3_000;
    /** A small limit keeps a lying header cheap. */
    private static final ImageSettings SETTINGS = new ImageSettings(28, 28, 1, Invert.AUTO, 64 * 1024, 20_000);

    private final HeaderCheck headerCheck = new HeaderCheck(SETTINGS.maxBytes(), SETTINGS.maxPixels());
    private final ImageTransform transform = new ImageTransform(SETTINGS);

    /** The refused ones of the corpus as well: a mutation may mend them. */
    @Override
    public Stream<byte[]> seeds() {
        return Corpus.files().stream().map(Corpus::bytes).filter(picture -> picture.length <= SEED_BYTES);
    }

    @Override
    public void work(byte[] input) {
        HeaderCheck.Verdict verdict = headerCheck.check(input);
        TransformResult result = transform.transform(input);
        if (result instanceof Transformed picture) {
            assertThat(verdict).as("what was decoded had passed").isInstanceOf(Whole.class);
            Whole header = (Whole) verdict;
            assertThat((long) picture.width() * picture.height())
                    .as("pixels, as the header told them")
                    .isEqualTo(header.width() * header.height())
                    .isLessThanOrEqualTo(header.decodedPixels())
                    .isLessThanOrEqualTo(SETTINGS.maxPixels());
            assertThat(header.decodedPixels()).isLessThanOrEqualTo(SETTINGS.maxPixels());
            double[] values = picture.tensor().values();
            assertThat(values).hasSize(28 * 28);
            for (double value : values) {
                assertThat(value >= 0 && value <= 1).as("in [0,1]").isTrue();
            }
        } else {
            String message = ((Refused) result).message();
            assertThat(message).isNotEmpty().hasSizeLessThan(320).matches(FuzzTarget::isOneLine, "one line");
        }
    }
}
