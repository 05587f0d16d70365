package io.imagetransformer.packaged;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.opencv.core.CvType;
import org.opencv.core.Mat;
import org.opencv.core.MatOfByte;
import org.opencv.core.MatOfInt;
import org.opencv.core.Scalar;
import org.opencv.imgcodecs.Imgcodecs;

import io.imagetransformer.image.OpenCv;
import io.imagetransformer.pipeline.Pictures;
import io.imagetransformer.pipeline.Stack;

import static org.assertj.core.api.Assertions.assertThat;

/** Images at both limits, many at a time, with the heap that docs/security.md gives: {@code -Xmx256m}. */
class LargeImagesStayInBoundsIT {
    private static final int MANY_BYTES = 32 << 20;
    /** 99.8 of the 100 megapixels. */
    private static final int SIDE = 9_990;

    private static final int OF_BOTH_LIMITS = 4;
    private static final int OF_EACH = 3;
    /** Heap, the JVM itself, and pixels, a byte each in grey; as documented. */
    private static final long RESIDENT_MIB = 256 + 200 + 100;

    /** Heap, the JVM itself, and 12 bytes for each of 100 million pixels; as documented. */
    private static final long RESIDENT_MIB_OF_THE_WORST = 256 + 200 + 100 * 12;

    private enum Kind {
        COLOUR_PNG(CvType.CV_8UC3, ".png"),
        COLOUR_PNG_OF_16_BITS(CvType.CV_16UC3, ".png"),
        GREY_PNG_OF_16_BITS(CvType.CV_16UC1, ".png"),
        COLOUR_JPEG(CvType.CV_8UC3, ".jpg"),
        PROGRESSIVE_COLOUR_JPEG(CvType.CV_8UC3, ".jpg", Imgcodecs.IMWRITE_JPEG_PROGRESSIVE, 1),
        PROGRESSIVE_COLOUR_JPEG_444(
                CvType.CV_8UC3,
                ".jpg",
                Imgcodecs.IMWRITE_JPEG_PROGRESSIVE,
                1,
                Imgcodecs.IMWRITE_JPEG_SAMPLING_FACTOR,
                Imgcodecs.IMWRITE_JPEG_SAMPLING_FACTOR_444);

        private final int type;
        private final String extension;
        private final int[] parameters;

        Kind(int type, String extension, int... parameters) {
            this.type = type;
            this.extension = extension;
            this.parameters = parameters;
        }

        byte[] picture() {
            OpenCv.load();
            Mat pixels = new Mat(SIDE, SIDE, type, Scalar.all(200));
            MatOfByte file = new MatOfByte();
            Imgcodecs.imencode(extension, pixels, file, new MatOfInt(parameters));
            byte[] bytes = file.toArray();
            pixels.release();
            file.release();
            return bytes;
        }
    }

    @ParameterizedTest
    @EnumSource
    @EnabledIfSystemProperty(named = "large.kinds", matches = "true")
    void norDoesItGrowBeyondTheWorstThatIsDocumented(Kind kind) {
        try (Stack stack = Stack.start()) {
            // Given
            byte[] picture = kind.picture();
            IntStream.range(0, OF_EACH).forEach(i -> stack.upload(kind + "-" + i + kind.extension, picture));
            Map<String, String> settings = new HashMap<>(stack.settings());
            settings.put("batch.parallelism", "24");

            // When
            try (PackagedProgram program = PackagedProgram.start(settings)) {
                stack.awaitAllDone(Duration.ofMinutes(3));

                // Then
                assertThat(stack.filed()).hasSize(OF_EACH);
                long peak = program.peakResidentMebibytes();
                System.out.printf("%s: %,d bytes, peak resident memory: %d MiB%n", kind, picture.length, peak);
                assertThat(peak).isLessThan(RESIDENT_MIB_OF_THE_WORST);
            }
        }
    }

    @Test
    void theProcessDoesNotGrowWithThem() {
        try (Stack stack = Stack.start()) {
            // Given
            byte[] bomb = Pictures.pngBomb(SIDE, SIDE);
            byte[] heavyBomb = Pictures.padded(bomb, MANY_BYTES);
            byte[] tooHeavy = Pictures.padded(bomb, MANY_BYTES + 1);
            IntStream.range(0, OF_BOTH_LIMITS).forEach(i -> stack.upload("heavy-" + i + ".png", heavyBomb));
            stack.upload("too-heavy.png", tooHeavy);
            Map<String, String> settings = new HashMap<>(stack.settings());
            settings.put("batch.parallelism", "24");

            // When
            try (PackagedProgram program = PackagedProgram.start(settings)) {
                stack.awaitAllDone(Duration.ofMinutes(3)); // 400 million pixels; how fast is not asked here

                // Then
                assertThat(stack.deadLetterReasons()).isEqualTo(Map.of("mnist/too-heavy.png", "fetch too-many-bytes"));
                assertThat(stack.filed()).hasSize(OF_BOTH_LIMITS);
                assertThat(program.lines()).as("nothing was waited for").noneMatch(line -> line.contains("waiting"));
                long peak = program.peakResidentMebibytes();
                System.out.println("peak resident memory: " + peak + " MiB");
                assertThat(peak).isLessThan(RESIDENT_MIB);
            }
        }
    }
}
