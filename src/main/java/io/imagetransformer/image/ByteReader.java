package io.imagetransformer.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Unsigned numbers at places of a file. Places are {@code long}, as files claim them; one outside of the file is a
 * truncated image, never an exception of another kind.
 */
final class ByteReader {
    private final ByteBuffer bytes;

    ByteReader(byte[] bytes, ByteOrder order) {
        this.bytes = ByteBuffer.wrap(bytes).order(order);
    }

    long length() {
        return bytes.limit();
    }

    /** Refuses unless the {@code count} bytes from {@code at} on lie inside the file. */
    void require(long at, long count, String what) {
        if (at < 0 || count < 0 || at > length() || count > length() - at) {
            throw Refusal.truncated("the file ends at byte " + length() + ", before the end of " + what);
        }
    }

    int u8(long at, String what) {
        require(at, 1, what);
        return bytes.get((int) at) & 0xFF;
    }

    int u16(long at, String what) {
        require(at, 2, what);
        return bytes.getShort((int) at) & 0xFFFF;
    }

    long u32(long at, String what) {
        require(at, 4, what);
        return bytes.getInt((int) at) & 0xFFFFFFFFL;
    }

    int i32(long at, String what) {
        require(at, 4, what);
        return bytes.getInt((int) at);
    }

    /** Above 2^63 it comes out negative, which {@link #require} takes for outside of the file. */
    long u64(long at, String what) {
        require(at, 8, what);
        return bytes.getLong((int) at);
    }

    /** Whether these letters stand there; false too where the file has ended. */
    boolean matches(long at, String letters) {
        return startsWith(bytes.array(), (int) Math.min(at, length()), letters);
    }

    /** Whether these letters (one byte each) stand at that place; false too where the file has ended. */
    static boolean startsWith(byte[] file, int at, String letters) {
        byte[] expected = letters.getBytes(StandardCharsets.ISO_8859_1);
        if (at > file.length - expected.length) {
            return false;
        }
        for (int i = 0; i < expected.length; i++) {
            if (file[at + i] != expected[i]) {
                return false;
            }
        }
        return true;
    }
}
