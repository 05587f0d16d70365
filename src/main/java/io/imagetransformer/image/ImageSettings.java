package io.imagetransformer.image;

/**
 * What the model takes and what a picture may cost: the settings {@code image.*}. The defaults are those of the MNIST
 * sample; {@code docs/decisions/0003-image-limits.md} tells where the limits come from.
 *
 * @param width columns of the tensor, {@code image.width}, 1 to 4096
 * @param height rows of the tensor, {@code image.height}, 1 to 4096
 * @param channels {@code image.channels}, 1 (grey) or 3 (red, green, blue)
 * @param invert {@code image.invert}
 * @param maxBytes most bytes of an object that is read as a picture, {@code image.max-bytes}, 1 to 1 GiB
 * @param maxPixels most pixels (width x height by its header) of a picture that is decoded, {@code image.max-pixels}, 1 to
 *     2^30, where OpenCV ends
 */
public record ImageSettings(int width, int height, int channels, Invert invert, long maxBytes, long maxPixels) {

    public static final long DEFAULT_MAX_BYTES = 32L << 20;
    public static final long DEFAULT_MAX_PIXELS = 100_000_000;

    private static final long LARGEST_SIDE = 4096;
    private static final long MOST_BYTES = 1L << 30;
    private static final long MOST_PIXELS = 1L << 30;

    /** @throws IllegalArgumentException with the key, its rule and the value found */
    public ImageSettings {
        between("image.width", width, LARGEST_SIDE);
        between("image.height", height, LARGEST_SIDE);
        if (channels != 1 && channels != 3) {
            throw new IllegalArgumentException("image.channels must be 1 (grey) or 3 (colour), but is " + channels);
        }
        between("image.max-bytes", maxBytes, MOST_BYTES);
        between("image.max-pixels", maxPixels, MOST_PIXELS);
    }

    /** The Python reference's own: 28 x 28, grey, always inverted, default limits. */
    public static ImageSettings mnist() {
        return new ImageSettings(28, 28, 1, Invert.ALWAYS, DEFAULT_MAX_BYTES, DEFAULT_MAX_PIXELS);
    }

    private static void between(String key, long value, long most) {
        if (value < 1 || value > most) {
            throw new IllegalArgumentException(key + " must be from 1 to " + most + ", but is " + value);
        }
    }
}
