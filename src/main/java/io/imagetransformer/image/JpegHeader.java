package io.imagetransformer.image;

import java.nio.ByteOrder;

/**
 * JPEG: a walk from marker to marker until EOI (ITU-T T.81, annex B), past the compressed data in the same way as
 * libjpeg's {@code next_marker}: bytes that are no marker are skipped. So the end is looked for where the decoder would
 * see it: not inside of an embedded thumbnail, and not in what follows the picture.
 *
 * <p>The end matters: libjpeg fills what is missing with grey and reports success, so without this walk half a picture
 * would be classified as if it were whole. A picture that lacks nothing but EOI is refused too; the reference's own
 * {@code imread} and {@code imdecode} do not agree on those.
 */
final class JpegHeader {
    /** The limit of libtiff for a JPEG inside a TIFF. Encoders write 10, or 18 for CMYK. */
    private static final int MAX_SCANS = 100;
    /** Each scan walks over all pixels: so many walks may a picture take that has as many pixels as are allowed. */
    private static final int MAX_SCANS_OF_THE_LARGEST = 20;

    private static final int TEM = 0x01;
    private static final int RST0 = 0xD0;
    private static final int RST7 = 0xD7;
    private static final int SOI = 0xD8;
    private static final int EOI = 0xD9;
    private static final int SOS = 0xDA;

    private final ByteReader jpeg;
    private final PixelLimit pixels;
    private long width;
    private long height;
    private boolean hasFrame;
    private int scans;

    private JpegHeader(byte[] image, PixelLimit pixels) {
        this.jpeg = new ByteReader(image, ByteOrder.BIG_ENDIAN);
        this.pixels = pixels;
    }

    static boolean matches(byte[] image) {
        return ByteReader.startsWith(image, 0, "\u00ff\u00d8\u00ff");
    }

    static HeaderCheck.Whole read(byte[] image, PixelLimit pixels) {
        return new JpegHeader(image, pixels).walkToEnd();
    }

    private HeaderCheck.Whole walkToEnd() {
        for (long at = nextMarker(2); ; at = nextMarker(at)) {
            int marker = jpeg.u8(at, "a JPEG marker");
            at++;
            if (marker == EOI) {
                return picture();
            }
            if (marker == SOI) {
                throw Refusal.truncated("a JPEG that stops where another begins");
            }
            if (marker == TEM || (marker >= RST0 && marker <= RST7)) {
                continue;
            }
            int segment = jpeg.u16(at, "the JPEG segments (no EOI)");
            jpeg.require(at, segment, "a JPEG segment");
            if (isFrame(marker)) {
                readFrame(marker, at);
            } else if (marker == SOS) {
                countScan();
            }
            at += segment;
        }
    }

    private HeaderCheck.Whole picture() {
        if (scans == 0) {
            throw Refusal.undecodable("a JPEG without pixels (no scan)");
        }
        return new HeaderCheck.Whole(ImageFormat.JPEG, width, height);
    }

    /** The place of the next marker's code, after whatever stands in between and any fill bytes. */
    private long nextMarker(long from) {
        long at = from;
        while (true) {
            while (jpeg.u8(at, "the JPEG data (no EOI)") != 0xFF) {
                at++;
            }
            while (jpeg.u8(at, "the JPEG data (no EOI)") == 0xFF) {
                at++;
            }
            if (jpeg.u8(at, "the JPEG data (no EOI)") != 0) {
                return at;
            }
        }
    }

    /** SOF0 to SOF15 are the frame headers; three codes between them mean something else: DHT, JPG, DAC. */
    private static boolean isFrame(int marker) {
        return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
    }

    private void readFrame(int marker, long at) {
        boolean decodable = marker <= 0xC2 || marker == 0xC9 || marker == 0xCA;
        if (!decodable) {
            throw Refusal.variant("a lossless or hierarchical JPEG (SOF" + (marker - 0xC0) + ")");
        }
        int precision = jpeg.u8(at + 2, "the JPEG header");
        if (precision != 8) {
            throw Refusal.variant("a JPEG of " + precision + " bits per sample, only 8 are read");
        }
        if (hasFrame) {
            throw Refusal.undecodable("a JPEG with two headers");
        }
        hasFrame = true;
        height = jpeg.u16(at + 3, "the JPEG height");
        width = jpeg.u16(at + 5, "the JPEG width");
        pixels.check(width, height);
    }

    private void countScan() {
        if (!hasFrame) {
            throw Refusal.undecodable("a JPEG whose pixels come before their dimensions");
        }
        scans++;
        if (scans > MAX_SCANS || scans * width * height > MAX_SCANS_OF_THE_LARGEST * pixels.maxPixels()) {
            throw new Refusal(
                    RefusedReason.TOO_MANY_SCANS,
                    "a JPEG of " + width + " x " + height + " pixels, " + scans + " times");
        }
    }
}
