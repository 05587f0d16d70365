package io.imagetransformer.sandbox;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.zip.Adler32;
import java.util.zip.CRC32;

/**
 * The 10,000 test images of MNIST, as users would upload them, with the truth and with what the Python reference says.
 * An index is 0 to 9,999, in MNIST's own order; any other throws {@link ArrayIndexOutOfBoundsException}.
 *
 * <p>Two polarities are at work. MNIST's own, and the model's, is white ink (255) on black; people write black on white,
 * and the transform inverts. {@link #png} is what people upload, {@link #instance} what the predictor gets.
 *
 * <p>MNIST is the work of Yann LeCun and Corinna Cortes, CC BY-SA 3.0.
 */
public final class Mnist {

    /** Width and height of every image, in pixels. */
    public static final int WIDTH = 28;

    private static final byte[][] IMAGES = read("t10k-images-idx3-ubyte.gz", IdxFile::images);
    private static final byte[] TRUTHS = read("t10k-labels-idx1-ubyte.gz", IdxFile::labels);
    private static final Reference[] REFERENCE = read("reference-labels.csv", Mnist::reference);

    private static final byte[] PNG_SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};

    private Mnist() {}

    private record Reference(int label, double confidence) {}

    private interface Reader<T> {
        T read(InputStream in) throws IOException;
    }

    /** How many there are: 10,000. */
    public static int size() {
        return IMAGES.length;
    }

    /**
     * The image as a picture of black ink on white, 28x28, 8-bit gray. The same bytes on every platform, for the pixels
     * are stored, not compressed.
     */
    public static byte[] png(int index) {
        return png(pixels(index));
    }

    /** The pixels of {@link #png}: 784 row by row, 0 (ink) to 255 (paper); the caller's own. */
    public static byte[] pixels(int index) {
        byte[] pixels = new byte[WIDTH * WIDTH];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) (255 - (IMAGES[index][i] & 255));
        }
        return pixels;
    }

    /** A picture as {@link #png(int)} of any 784 pixels. */
    public static byte[] png(byte[] pixels) {
        byte[] rows = new byte[WIDTH * (1 + WIDTH)];
        for (int row = 0; row < WIDTH; row++) {
            System.arraycopy(pixels, row * WIDTH, rows, row * (1 + WIDTH) + 1, WIDTH);
        }
        ByteArrayOutputStream png = new ByteArrayOutputStream(1024);
        png.writeBytes(PNG_SIGNATURE);
        chunk(png, "IHDR", data -> {
            data.writeInt(WIDTH);
            data.writeInt(WIDTH);
            data.write(new byte[] {8, 0, 0, 0, 0});
        });
        chunk(png, "IDAT", data -> {
            data.write(new byte[] {0x78, 0x01, 0x01});
            data.writeShort(Short.reverseBytes((short) rows.length));
            data.writeShort(Short.reverseBytes((short) ~rows.length));
            data.write(rows);
            Adler32 adler = new Adler32();
            adler.update(rows);
            data.writeInt((int) adler.getValue());
        });
        chunk(png, "IEND", data -> {});
        return png.toByteArray();
    }

    /** What the predictor is to get for {@link #png}: 784 numbers row by row, 0 (background) to 1 (ink). */
    public static double[] instance(int index) {
        double[] instance = new double[WIDTH * WIDTH];
        for (int i = 0; i < instance.length; i++) {
            instance[i] = (IMAGES[index][i] & 255) / 255.0;
        }
        return instance;
    }

    /** The digit that was written, 0 to 9. */
    public static int truth(int index) {
        return TRUTHS[index];
    }

    /** The digit that the Python reference sees in {@link #png}, 0 to 9: wrong in fewer than one of a hundred. */
    public static int label(int index) {
        return REFERENCE[index].label();
    }

    /** The probability that the Python reference gives {@link #label}, 0 to 1, with six digits. */
    public static double confidence(int index) {
        return REFERENCE[index].confidence();
    }

    private interface Content {
        void write(DataOutputStream data) throws IOException;
    }

    private static void chunk(ByteArrayOutputStream png, String type, Content content) {
        try {
            ByteArrayOutputStream typeAndData = new ByteArrayOutputStream();
            DataOutputStream data = new DataOutputStream(typeAndData);
            data.writeBytes(type);
            content.write(data);
            CRC32 crc = new CRC32();
            crc.update(typeAndData.toByteArray());
            DataOutputStream out = new DataOutputStream(png);
            out.writeInt(typeAndData.size() - type.length());
            out.write(typeAndData.toByteArray());
            out.writeInt((int) crc.getValue());
        } catch (IOException e) {
            throw new UncheckedIOException("arrays do not fail", e);
        }
    }

    private static Reference[] reference(InputStream in) throws IOException {
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.US_ASCII))) {
            List<String> lines =
                    reader.lines().filter(line -> !line.startsWith("#")).skip(1).toList();
            return lines.stream()
                    .map(line -> line.split(","))
                    .map(fields -> new Reference(Integer.parseInt(fields[2]), Double.parseDouble(fields[3])))
                    .toArray(Reference[]::new);
        }
    }

    private static <T> T read(String file, Reader<T> reader) {
        try (InputStream in = Objects.requireNonNull(Mnist.class.getResourceAsStream("/mnist/" + file), file)) {
            return reader.read(in);
        } catch (IOException e) {
            throw new UncheckedIOException("/mnist/" + file + " on the class path", e);
        }
    }
}
