package io.imagetransformer.sandbox;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;

/**
 * Reads IDX, the file format of MNIST: a magic number (two zero bytes, 8 for unsigned bytes, the count of dimensions),
 * each dimension as a big-endian int, then the bytes in row-major order. Described at
 * <a href="http://yann.lecun.com/exdb/mnist/">yann.lecun.com/exdb/mnist</a>.
 */
public final class IdxFile {

    private static final int UNSIGNED_BYTES = 0x08;

    private IdxFile() {}

    /**
     * The images of a file of three dimensions, {@code [count,height,width]}.
     *
     * @param in the file, gzipped or not; closed by this method
     * @return one array per image, row by row, 0 (background) to 255 (ink) as unsigned bytes
     * @throws IOException if it is no such file, or is cut short
     */
    public static byte[][] images(InputStream in) throws IOException {
        try (DataInputStream data = open(in)) {
            int count = count(data, 3);
            int pixels = data.readInt() * data.readInt();
            byte[][] images = new byte[count][pixels];
            for (byte[] image : images) {
                data.readFully(image);
            }
            return images;
        }
    }

    /**
     * The labels of a file of one dimension, {@code [count]}.
     *
     * @param in the file, gzipped or not; closed by this method
     * @return one label per image, 0 to 9
     * @throws IOException if it is no such file, or is cut short
     */
    public static byte[] labels(InputStream in) throws IOException {
        try (DataInputStream data = open(in)) {
            byte[] labels = new byte[count(data, 1)];
            data.readFully(labels);
            return labels;
        }
    }

    private static DataInputStream open(InputStream in) throws IOException {
        BufferedInputStream buffered = new BufferedInputStream(in, 1 << 16);
        buffered.mark(1);
        boolean gzipped = buffered.read() == 0x1f;
        buffered.reset();
        return new DataInputStream(gzipped ? new GZIPInputStream(buffered, 1 << 16) : buffered);
    }

    private static int count(DataInputStream data, int dimensions) throws IOException {
        int magic = data.readInt();
        if (magic != (UNSIGNED_BYTES << 8 | dimensions)) {
            throw new IOException("no IDX file of unsigned bytes with %d dimensions: it begins with 0x%08x"
                    .formatted(dimensions, magic));
        }
        return data.readInt();
    }
}
