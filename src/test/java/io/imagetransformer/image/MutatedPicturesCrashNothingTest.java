package io.imagetransformer.image;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.imagetransformer.image.TransformResult.Refused;
import io.imagetransformer.image.TransformResult.Transformed;

import static org.assertj.core.api.Assertions.assertThat;

/** 20,000 damaged pictures: each has an outcome, none takes the process down, and all together take seconds. */
class MutatedPicturesCrashNothingTest {
    private static final int MUTATIONS = 20_000;
    /** A tenth of a megapixel: a lying header may ask for as much, and is slow at it. */
    private static final ImageSettings SETTINGS = new ImageSettings(28, 28, 1, Invert.ALWAYS, 1 << 20, 100_000);

    @Test
    @Timeout(value = 60, unit = TimeUnit.SECONDS)
    void everyDamagedPictureHasAnOutcome() {
        // Given
        Random random = new Random(7);
        ImageTransform transform = new ImageTransform(SETTINGS);
        List<byte[]> seeds = Corpus.readable(3_000).stream().map(Corpus::bytes).toList();
        Map<RefusedReason, Integer> refused = new EnumMap<>(RefusedReason.class);
        int transformed = 0;

        // When
        for (int i = 0; i < MUTATIONS; i++) {
            TransformResult result = transform.transform(mutated(seeds.get(random.nextInt(seeds.size())), random));
            if (result instanceof Transformed t) {
                transformed++;
                assertThat(t.tensor().values()).hasSize(28 * 28);
            } else {
                refused.merge(((Refused) result).reason(), 1, Integer::sum);
            }
        }

        // Then
        assertThat(transformed).as("mutations that are still pictures").isGreaterThan(1_000);
        assertThat(refused)
                .as("reasons reached")
                .containsKeys(
                        RefusedReason.NOT_AN_IMAGE,
                        RefusedReason.TRUNCATED_IMAGE,
                        RefusedReason.TOO_MANY_PIXELS,
                        RefusedReason.UNDECODABLE_IMAGE,
                        RefusedReason.UNSUPPORTED_VARIANT);
    }

    /** One to four damages: a bit, a byte, a length-like word, a cut, a piece moved. */
    private static byte[] mutated(byte[] seed, Random random) {
        byte[] image = seed.clone();
        for (int n = 1 + random.nextInt(4); n > 0 && image.length > 8; n--) {
            int at = random.nextBoolean() ? random.nextInt(image.length) : random.nextInt(Math.min(64, image.length));
            switch (random.nextInt(5)) {
                case 0 -> image[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> image[at] = (byte) random.nextInt(256);
                case 2 ->
                    Arrays.fill(image, at, Math.min(image.length, at + 4), (byte) (random.nextBoolean() ? 0 : -1));
                case 3 -> image = Arrays.copyOf(image, Math.max(8, at));
                default ->
                    System.arraycopy(
                            image,
                            at,
                            image,
                            image.length / 2,
                            Math.min(9, image.length - Math.max(at, image.length / 2)));
            }
        }
        return image;
    }
}
