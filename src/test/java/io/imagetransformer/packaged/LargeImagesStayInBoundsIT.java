package io.imagetransformer.packaged;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import io.imagetransformer.pipeline.Pictures;
import io.imagetransformer.pipeline.Stack;

import static org.assertj.core.api.Assertions.assertThat;

/** Images at both limits, many at a time, with the heap that docs/security.md gives: {@code -Xmx256m}. */
class LargeImagesStayInBoundsIT {
    private static final int MANY_BYTES = 32 << 20;
    /** 99.8 of the 100 megapixels. */
    private static final int SIDE = 9_990;

    private static final int OF_EACH = 3;
    /** Heap, the JVM itself, and pixels, a byte each in grey; as documented. */
    private static final long RESIDENT_MIB = 256 + 200 + 100;

    @Test
    void theProcessDoesNotGrowWithThem() {
        try (Stack stack = Stack.start()) {
            // Given
            byte[] bomb = Pictures.pngBomb(SIDE, SIDE);
            byte[] heavyBomb = Pictures.padded(bomb, MANY_BYTES);
            byte[] tooHeavy = Pictures.padded(bomb, MANY_BYTES + 1);
            IntStream.range(0, OF_EACH).forEach(i -> {
                stack.upload("pixels-" + i + ".png", bomb);
                stack.upload("pixels-and-bytes-" + i + ".png", heavyBomb);
            });
            stack.upload("too-heavy.png", tooHeavy);
            Map<String, String> settings = new HashMap<>(stack.settings());
            settings.put("batch.parallelism", "24");

            // When
            try (PackagedProgram program = PackagedProgram.start(settings)) {
                stack.awaitAllDone(Duration.ofMinutes(3)); // 600 million pixels; how fast is not asked here

                // Then
                assertThat(stack.deadLetterReasons()).isEqualTo(Map.of("mnist/too-heavy.png", "fetch too-many-bytes"));
                assertThat(stack.filed()).hasSize(2 * OF_EACH);
                assertThat(program.lines()).as("nothing was waited for").noneMatch(line -> line.contains("waiting"));
                long peak = program.peakResidentMebibytes();
                System.out.println("peak resident memory: " + peak + " MiB");
                assertThat(peak).isLessThan(RESIDENT_MIB);
            }
        }
    }
}
