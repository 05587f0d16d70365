package io.imagetransformer.image;

/** The setting {@code image.max-pixels}, asked as soon as a parser knows the dimensions. */
record PixelLimit(long maxPixels) {

    /** @param width as the header tells it, not negative; so for height */
    void check(long width, long height) {
        if (width == 0 || height == 0) {
            throw new Refusal(RefusedReason.NO_PIXELS, "the header tells " + width + " x " + height + " pixels");
        }
        // By division: width * height may overflow, both can be 2^64 in a BigTIFF.
        if (width > maxPixels / height) {
            throw new Refusal(
                    RefusedReason.TOO_MANY_PIXELS,
                    "the header tells " + width + " x " + height + " pixels, image.max-pixels allows " + maxPixels);
        }
    }
}
