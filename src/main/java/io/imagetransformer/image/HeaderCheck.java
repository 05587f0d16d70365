package io.imagetransformer.image;

import io.imagetransformer.image.TransformResult.Refused;

/**
 * Judges a picture by its header, before a decoder sees it: the format by content, the limits, and whether the file is as
 * long as its own structure promises. Allocates nothing that depends on what the header claims. The walk takes
 * microseconds (for JPEG, whose end has to be looked for, up to a millisecond per megabyte).
 *
 * <p>The rule: what passes here decodes whole or not at all. What the Python reference reads whole is not refused here,
 * but for the kinds that {@code docs/image-formats.md} lists.
 */
final class HeaderCheck {

    sealed interface Verdict {}

    /**
     * Whole by its header, and within the limits; width and height as stored, before any EXIF orientation.
     *
     * @param decodedPixels the most that are in memory at once: those of the picture, or of a larger tile
     */
    record Whole(ImageFormat format, long width, long height, long decodedPixels) implements Verdict {
        Whole(ImageFormat format, long width, long height) {
            this(format, width, height, width * height);
        }
    }

    record Faulty(Refused refused) implements Verdict {}

    private final long maxBytes;
    private final PixelLimit pixels;

    HeaderCheck(long maxBytes, long maxPixels) {
        this.maxBytes = maxBytes;
        this.pixels = new PixelLimit(maxPixels);
    }

    Verdict check(byte[] image) {
        try {
            return whole(image);
        } catch (Refusal refusal) {
            return new Faulty(new Refused(refusal.reason(), refusal.getMessage()));
        }
    }

    private Whole whole(byte[] image) {
        if (image.length == 0) {
            throw new Refusal(RefusedReason.NO_BYTES, "the object is empty");
        }
        if (image.length > maxBytes) {
            throw new Refusal(
                    RefusedReason.TOO_MANY_BYTES, image.length + " bytes, image.max-bytes allows " + maxBytes);
        }
        if (PngHeader.matches(image)) {
            return PngHeader.read(image, pixels);
        }
        if (JpegHeader.matches(image)) {
            return JpegHeader.read(image, pixels);
        }
        if (BmpHeader.matches(image)) {
            return BmpHeader.read(image, pixels);
        }
        if (TiffHeader.matches(image)) {
            return TiffHeader.read(image, pixels);
        }
        if (WebpHeader.matches(image)) {
            return WebpHeader.read(image, pixels);
        }
        throw OtherFormats.refusal(image);
    }
}
