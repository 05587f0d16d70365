package io.imagetransformer.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Pixels live where the garbage collector does not see them. Linux tells the resident size; other systems are not asked.
 *
 * <p>Would it show a leak? Of 100,000 pictures, one unreleased Mat of 28 x 28 bytes each is 78 MB, of 100 x 75 bytes 700 MB;
 * the limit is 48 MB, and the noise that was seen 5 MB.
 */
@EnabledOnOs(OS.LINUX)
class NativeMemoryStaysFlatTest {
    private static final int PICTURES = 100_000;
    private static final long LIMIT_KIB = 48 * 1024;

    @Test
    void residentSizeDoesNotGrowOverAHundredThousandPictures() throws IOException {
        // Given
        ImageTransform transform = new ImageTransform(new ImageSettings(28, 28, 1, Invert.AUTO, 1 << 20, 1_000_000));
        List<byte[]> pictures = Stream.of(
                        "mnist-0.png",
                        "png-noise-100x75.png",
                        "png-noise-56x56.png",
                        "jpeg-420-17x13.jpg",
                        "bad-bmp-rle8-half.bmp",
                        "bad-png-half.png",
                        "bad-gif.gif")
                .map(Corpus::bytes)
                .toList();
        run(transform, pictures, 20_000);
        long before = residentKib();

        // When
        run(transform, pictures, PICTURES);

        // Then
        assertThat(residentKib() - before).as("KiB more resident").isLessThan(LIMIT_KIB);
    }

    private static void run(ImageTransform transform, List<byte[]> pictures, int times) {
        for (int i = 0; i < times; i++) {
            transform.transform(pictures.get(i % pictures.size()));
        }
    }

    private static long residentKib() throws IOException {
        // Java's own heap breathes; what is asked about is the rest.
        System.gc();
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }
}
