package io.imagetransformer.packaged;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.imagetransformer.pipeline.Stack;

import static org.assertj.core.api.Assertions.assertThat;

/** The archive of classes: there for the Java of the build, and no obstacle where it does not fit. */
class StartIsPreparedIT {
    private static final Path LIB = PackagedProgram.DISTRIBUTION.resolve("lib");

    @Test
    void theClassesOfAStartComeFromTheArchive(@TempDir Path folder) throws IOException {
        // Given
        Path loaded = folder.resolve("loaded.log");

        // When
        List<String> output = start(PackagedProgram.DISTRIBUTION, "-Xlog:class+load:file=" + loaded);

        // Then
        List<String> classes = Files.readAllLines(loaded);
        assertThat(classes.stream().filter(line -> line.contains("shared objects file")))
                .as("of %d classes", classes.size())
                .hasSizeGreaterThan(classes.size() * 9 / 10);
        assertThat(output).first().asString().contains("kafka-image-transformer");
    }

    @Test
    void anArchiveThatDoesNotFitIsPassedOverInSilence(@TempDir Path home) throws IOException {
        // Given
        Path lib = Files.createDirectory(home.resolve("lib"));
        try (Stream<Path> jars = Files.list(LIB)) {
            for (Path jar : (Iterable<Path>) jars::iterator) {
                Files.createSymbolicLink(lib.resolve(jar.getFileName()), jar);
            }
        }
        Files.delete(lib.resolve("classes.jsa"));
        Files.writeString(lib.resolve("classes.jsa"), "of another Java");
        for (String shared : List.of("bin", "routes", "application.properties")) {
            copy(PackagedProgram.DISTRIBUTION.resolve(shared), home.resolve(shared));
        }

        // When
        List<String> output = start(home, "-Xmx256m");

        // Then
        assertThat(output).first().asString().contains("kafka-image-transformer");
        assertThat(output).last().asString().contains("ready, ");
    }

    private static List<String> start(Path home, String options) {
        try (Stack stack = Stack.start()) {
            Map<String, String> settings = new HashMap<>(stack.settings());
            settings.put("JAVA_OPTS", options);
            try (PackagedProgram program = PackagedProgram.start(home, settings)) {
                return program.awaitReady().lines();
            }
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        }
    }
}
