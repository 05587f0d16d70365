package io.imagetransformer.image;

import java.nio.ByteOrder;

/**
 * WebP: the RIFF container's length, a walk over its chunks, and the dimensions of the VP8 or VP8L picture in it (RFC 9649).
 * Animated ones are refused: OpenCV 4.9 does not read them. Bytes after the RIFF container are ignored. So is EXIF
 * orientation, as by the reference.
 */
final class WebpHeader {
    private static final int FIRST_CHUNK = 12;
    private static final int CHUNK_HEADER = 8;
    private static final int ANIMATION_FLAG = 0x02;
    private static final int VP8L_SIGNATURE = 0x2F;

    private final ByteReader webp;
    private final PixelLimit pixels;

    private WebpHeader(byte[] image, PixelLimit pixels) {
        this.webp = new ByteReader(image, ByteOrder.LITTLE_ENDIAN);
        this.pixels = pixels;
    }

    static boolean matches(byte[] image) {
        return ByteReader.startsWith(image, 0, "RIFF") && ByteReader.startsWith(image, 8, "WEBP");
    }

    static HeaderCheck.Whole read(byte[] image, PixelLimit pixels) {
        return new WebpHeader(image, pixels).walk();
    }

    private HeaderCheck.Whole walk() {
        long end = CHUNK_HEADER + webp.u32(4, "the WebP header");
        HeaderCheck.Whole picture = null;
        for (long at = FIRST_CHUNK; picture == null && at < end; ) {
            long size = webp.u32(at + 4, "the WebP header");
            long data = at + CHUNK_HEADER;
            if (webp.matches(at, "VP8X")) {
                readExtended(data);
            } else if (webp.matches(at, "VP8 ")) {
                picture = readLossy(data);
            } else if (webp.matches(at, "VP8L")) {
                picture = readLossless(data);
            }
            webp.require(data, size, "a WebP chunk");
            // Chunks begin at even places.
            at = data + size + (size & 1);
        }
        if (picture == null) {
            throw Refusal.undecodable("a WebP without pixels (neither VP8 nor VP8L)");
        }
        webp.require(0, end, "the WebP file");
        return picture;
    }

    private void readExtended(long data) {
        if ((webp.u8(data, "the WebP header") & ANIMATION_FLAG) != 0) {
            throw Refusal.variant("an animated WebP, only still ones are read");
        }
        long width = 1 + (webp.u32(data + 4, "the WebP width") & 0xFFFFFF);
        long height = 1 + (webp.u32(data + 6, "the WebP height") >> 8);
        pixels.check(width, height);
    }

    private HeaderCheck.Whole readLossy(long data) {
        if (webp.u8(data + 3, "the VP8 header") != 0x9D || webp.u16(data + 4, "the VP8 header") != 0x2A01) {
            throw Refusal.undecodable("a WebP whose VP8 start code is wrong");
        }
        return picture(webp.u16(data + 6, "the VP8 width") & 0x3FFF, webp.u16(data + 8, "the VP8 height") & 0x3FFF);
    }

    private HeaderCheck.Whole readLossless(long data) {
        if (webp.u8(data, "the VP8L header") != VP8L_SIGNATURE) {
            throw Refusal.undecodable("a WebP whose VP8L signature is wrong");
        }
        long dimensions = webp.u32(data + 1, "the VP8L dimensions");
        return picture(1 + (dimensions & 0x3FFF), 1 + (dimensions >> 14 & 0x3FFF));
    }

    private HeaderCheck.Whole picture(long width, long height) {
        pixels.check(width, height);
        return new HeaderCheck.Whole(ImageFormat.WEBP, width, height);
    }
}
