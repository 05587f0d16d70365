package io.imagetransformer.image;

import java.nio.ByteOrder;

/**
 * BMP: OS/2 and Windows headers ({@code BITMAPCOREHEADER}, {@code BITMAPINFOHEADER} and its successors). Where pixels are
 * not run-length encoded, the place of the last one is known and has to lie inside the file; the file size that the header
 * tells is often wrong and is not looked at. The end of run-length encoded ones is left to the decoder, which fails at it.
 */
final class BmpHeader {
    private static final int CORE_HEADER = 12;
    private static final int SMALLEST_INFO_HEADER = 36;
    private static final int UNCOMPRESSED = 0;
    private static final int BITFIELDS = 3;

    private BmpHeader() {}

    static boolean matches(byte[] image) {
        return ByteReader.startsWith(image, 0, "BM");
    }

    static HeaderCheck.Whole read(byte[] image, PixelLimit pixels) {
        ByteReader bmp = new ByteReader(image, ByteOrder.LITTLE_ENDIAN);
        long header = bmp.u32(14, "the BMP header");
        if (header != CORE_HEADER && header < SMALLEST_INFO_HEADER) {
            throw Refusal.undecodable("a BMP with a header of " + header + " bytes");
        }
        bmp.require(14, header, "the BMP header");
        boolean core = header == CORE_HEADER;
        long width = core ? bmp.u16(18, "the BMP width") : bmp.i32(18, "the BMP width");
        // A negative height means that the rows are stored from the top.
        long height = Math.abs((long) (core ? bmp.u16(20, "the BMP height") : bmp.i32(22, "the BMP height")));
        if (width < 0) {
            throw Refusal.undecodable("a BMP of negative width");
        }
        pixels.check(width, height);
        int bits = bmp.u16(core ? 24 : 28, "the BMP depth");
        long compression = core ? UNCOMPRESSED : bmp.u32(30, "the BMP compression");
        if (compression > BITFIELDS) {
            throw Refusal.variant("a BMP that holds a JPEG or PNG (compression " + compression + ")");
        }
        if (compression == UNCOMPRESSED || compression == BITFIELDS) {
            long row = (width * bits + 31) / 32 * 4;
            bmp.require(bmp.u32(10, "the BMP header"), row * height, "the BMP pixels");
        }
        return new HeaderCheck.Whole(ImageFormat.BMP, width, height);
    }
}
