package io.imagetransformer.fuzz;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What every target begins with: its own seeds, and what the fuzzer found before, in {@code src/test/resources/fuzz}. */
final class FuzzSeeds {
    private static final Path FOUND = Path.of("src/test/resources/fuzz");

    private FuzzSeeds() {}

    static List<byte[]> of(FuzzTargets target) {
        return Stream.concat(target.make().seeds(), found(FOUND.resolve(target.toString())))
                .toList();
    }

    private static Stream<byte[]> found(Path folder) {
        if (!Files.isDirectory(folder)) {
            return Stream.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList().stream().map(FuzzSeeds::bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
