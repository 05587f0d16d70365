package io.imagetransformer.sandbox;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.zip.GZIPOutputStream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class IdxFileIsReadTest {

    private static final byte[] TWO_IMAGES = {
        0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 3, 1, 2, 3, (byte) 253, (byte) 254, (byte) 255
    };
    private static final byte[] THREE_LABELS = {0, 0, 8, 1, 0, 0, 0, 3, 7, 2, 1};

    @Test
    void imagesComeRowByRow() throws IOException {
        // When
        byte[][] images = IdxFile.images(new ByteArrayInputStream(TWO_IMAGES));

        // Then
        assertThat(images).isDeepEqualTo(new byte[][] {{1, 2, 3}, {(byte) 253, (byte) 254, (byte) 255}});
    }

    @Test
    void labelsComeInTheirOrder() throws IOException {
        // When
        byte[] labels = IdxFile.labels(new ByteArrayInputStream(THREE_LABELS));

        // Then
        assertThat(labels).containsExactly(7, 2, 1);
    }

    @Test
    void aGzippedFileIsReadAsItIs() throws IOException {
        // Given
        ByteArrayOutputStream gzipped = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(gzipped)) {
            gzip.write(THREE_LABELS);
        }

        // When
        byte[] labels = IdxFile.labels(new ByteArrayInputStream(gzipped.toByteArray()));

        // Then
        assertThat(labels).containsExactly(7, 2, 1);
    }

    @Test
    void aFileOfAnotherKindIsRefused() {
        assertThatThrownBy(() -> IdxFile.images(new ByteArrayInputStream(THREE_LABELS)))
                .isInstanceOf(IOException.class)
                .hasMessage("no IDX file of unsigned bytes with 3 dimensions: it begins with 0x00000801");
    }

    @Test
    void aFileThatIsCutShortIsRefused() {
        assertThatThrownBy(() -> IdxFile.images(new ByteArrayInputStream(TWO_IMAGES, 0, TWO_IMAGES.length - 1)))
                .isInstanceOf(EOFException.class);
    }
}
