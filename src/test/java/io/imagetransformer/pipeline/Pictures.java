package io.imagetransformer.pipeline;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.DeflaterOutputStream;

import javax.imageio.ImageIO;

/** Pictures that MNIST has none of. */
public final class Pictures {
    private Pictures() {}

    /** An uncompressed picture of one colour: some width times height times three bytes. */
    public static byte[] bmp(int width, int height) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            ImageIO.write(new BufferedImage(width, height, BufferedImage.TYPE_3BYTE_BGR), "bmp", bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /** The first bytes of a PNG that tell its size, and no pixel. */
    static byte[] pngHeader(int width, int height) {
        return ByteBuffer.allocate(33)
                .put(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'})
                .putInt(13)
                .put("IHDR".getBytes(StandardCharsets.US_ASCII))
                .putInt(width)
                .putInt(height)
                .put(new byte[] {1, 0, 0, 0, 0})
                .array();
    }

    /** A whole black PNG of one bit per pixel: a few kilobytes for megapixels. */
    public static byte[] pngBomb(int width, int height) {
        ByteArrayOutputStream pixels = new ByteArrayOutputStream();
        try (DeflaterOutputStream deflater = new DeflaterOutputStream(pixels)) {
            byte[] row = new byte[1 + (width + 7) / 8];
            for (int y = 0; y < height; y++) {
                deflater.write(row);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        byte[] header = pngHeader(width, height);
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        png.write(header, 0, 8);
        chunk(png, "IHDR", Arrays.copyOfRange(header, 16, 29));
        chunk(png, "IDAT", pixels.toByteArray());
        chunk(png, "IEND", new byte[0]);
        return png.toByteArray();
    }

    /** The same PNG, with chunks in it that no decoder needs, so that it has so many bytes: some hundred more at least. */
    public static byte[] padded(byte[] png, int size) {
        int header = 8 + 12 + 13;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(size);
        bytes.write(png, 0, header);
        int left = size - png.length;
        while (left > 0) {
            // libpng takes 8 MB of a chunk at most; one that is left over needs its own 12 bytes.
            int chunk = left > 5_000_000 ? 4_000_000 : left;
            chunk(bytes, "paDd", new byte[chunk - 12]);
            left -= chunk;
        }
        bytes.write(png, header, png.length - header);
        return bytes.toByteArray();
    }

    private static void chunk(ByteArrayOutputStream png, String type, byte[] data) {
        CRC32 crc = new CRC32();
        crc.update(type.getBytes(StandardCharsets.US_ASCII));
        crc.update(data);
        png.writeBytes(ByteBuffer.allocate(12 + data.length)
                .putInt(data.length)
                .put(type.getBytes(StandardCharsets.US_ASCII))
                .put(data)
                .putInt((int) crc.getValue())
                .array());
    }
}
