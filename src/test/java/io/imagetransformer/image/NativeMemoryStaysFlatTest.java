package io.imagetransformer.image;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

import io.imagetransformer.sandbox.JdkTool;

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

    /** In a JVM of its own, whose heap is resident from the start: what grows is not the heap. */
    @Test
    void residentSizeDoesNotGrowOverAHundredThousandPictures() throws Exception {
        // When
        Process jvm = new ProcessBuilder(
                        JdkTool.path("java"),
                        "-Xms128m",
                        "-Xmx128m",
                        "-XX:+UseSerialGC",
                        "-XX:+AlwaysPreTouch",
                        "-cp",
                        System.getProperty("java.class.path"),
                        NativeMemoryStaysFlatTest.class.getName())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String grown = new String(jvm.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();

        // Then
        assertThat(jvm.waitFor()).isZero();
        assertThat(Long.parseLong(grown)).as("KiB more resident").isLessThan(LIMIT_KIB);
    }

    public static void main(String[] args) throws IOException {
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
        run(transform, pictures, PICTURES);
        System.out.println(residentKib() - before);
    }

    private static void run(ImageTransform transform, List<byte[]> pictures, int times) {
        for (int i = 0; i < times; i++) {
            transform.transform(pictures.get(i % pictures.size()));
        }
    }

    private static long residentKib() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }
}
