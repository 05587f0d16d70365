package io.imagetransformer.image;

import java.nio.ByteOrder;

/**
 * PNG: the dimensions out of IHDR, then a walk from chunk to chunk until IEND (W3C PNG, third edition, sections 5 and 11).
 * Check sums are left to the decoder, which refuses a wrong one in a chunk that matters. Of an animated PNG the default
 * picture is read, as by the reference; bytes after IEND are ignored.
 */
final class PngHeader {
    private static final String SIGNATURE = "\u0089PNG\r\n\u001a\n";
    private static final int LENGTH_TYPE_AND_CRC = 12;

    private PngHeader() {}

    static boolean matches(byte[] image) {
        return ByteReader.startsWith(image, 0, SIGNATURE);
    }

    static HeaderCheck.Whole read(byte[] image, PixelLimit pixels) {
        ByteReader png = new ByteReader(image, ByteOrder.BIG_ENDIAN);
        png.require(SIGNATURE.length(), LENGTH_TYPE_AND_CRC + 13, "the PNG header");
        if (!png.matches(12, "IHDR")) {
            throw Refusal.undecodable("a PNG that does not begin with IHDR");
        }
        long width = png.u32(16, "the PNG width");
        long height = png.u32(20, "the PNG height");
        pixels.check(width, height);
        walkToEnd(png);
        return new HeaderCheck.Whole(ImageFormat.PNG, width, height);
    }

    private static void walkToEnd(ByteReader png) {
        boolean hasPixels = false;
        for (long at = SIGNATURE.length(); ; ) {
            long chunk = LENGTH_TYPE_AND_CRC + png.u32(at, "the PNG chunks (no IEND)");
            png.require(at, chunk, "a PNG chunk");
            if (png.matches(at + 4, "IEND")) {
                break;
            }
            hasPixels |= png.matches(at + 4, "IDAT");
            at += chunk;
        }
        if (!hasPixels) {
            throw Refusal.undecodable("a PNG without pixels (no IDAT)");
        }
    }
}
