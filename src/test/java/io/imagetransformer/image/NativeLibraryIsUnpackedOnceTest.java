package io.imagetransformer.image;

import java.io.IOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** The native library in the temporary directory: one whole copy, ours alone, whoever was killed before. */
class NativeLibraryIsUnpackedOnceTest {
    private static final FileTime LONG_AGO = FileTime.from(Instant.now().minus(2, ChronoUnit.HOURS));

    @TempDir
    private Path temporary;

    private NativeLibrary library;

    @BeforeEach
    void anyFileOfAJarWillDo() {
        URL resource = nu.pattern.OpenCV.class.getResource("/org/opencv/imgproc/Imgproc.class");
        library = new NativeLibrary(resource, temporary);
    }

    @Test
    void theSecondStartFindsWhatTheFirstUnpacked() throws IOException {
        // Given
        Path first = library.unpacked();
        Files.setLastModifiedTime(first, LONG_AGO);

        // When
        Path second = library.unpacked();

        // Then
        assertThat(second).isEqualTo(first);
        assertThat(Files.getLastModifiedTime(second)).isEqualTo(LONG_AGO);
        assertThat(files()).containsExactly(first);
    }

    @Test
    void aDamagedCopyIsReplaced() throws IOException {
        // Given
        Path first = library.unpacked();
        byte[] whole = Files.readAllBytes(first);
        byte[] damaged = whole.clone();
        damaged[100] ^= 1;
        Files.write(first, damaged);

        // When
        Path second = library.unpacked();

        // Then
        assertThat(Files.readAllBytes(second)).isEqualTo(whole);
    }

    @Test
    void aShortCopyIsReplaced() throws IOException {
        // Given
        Path first = library.unpacked();
        byte[] whole = Files.readAllBytes(first);
        Files.write(first, new byte[] {1, 2, 3});

        // When
        Path second = library.unpacked();

        // Then
        assertThat(Files.readAllBytes(second)).isEqualTo(whole);
    }

    @Test
    void whatAKilledProcessLeftIsRemovedAndWhatARunningOneWritesIsNot() throws IOException {
        // Given
        Path whole = library.unpacked();
        Path abandoned = Files.createFile(whole.resolveSibling("part1.tmp"));
        Path running = Files.createFile(whole.resolveSibling("part2.tmp"));
        Files.setLastModifiedTime(abandoned, LONG_AGO);
        Files.delete(whole);

        // When
        library.unpacked();

        // Then
        assertThat(files()).containsExactlyInAnyOrder(whole, running);
    }

    @Test
    void manyProcessesMayStartAtOnce() throws Exception {
        // Given
        // The real one takes half a second to unpack: they meet.
        String resource = OpenCv.resource(System.getProperty("os.name"), System.getProperty("os.arch"));
        NativeLibrary large = new NativeLibrary(nu.pattern.OpenCV.class.getResource(resource), temporary);
        ExecutorService starts = Executors.newFixedThreadPool(3);
        List<Callable<Path>> unpacking = List.of(large::unpacked, large::unpacked, large::unpacked);

        // When
        List<Future<Path>> unpacked = starts.invokeAll(unpacking);

        // Then
        Path whole = large.unpacked();
        for (Future<Path> path : unpacked) {
            assertThat(path.get()).isEqualTo(whole);
        }
        assertThat(files()).containsExactly(whole);
        starts.shutdown();
    }

    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void aDirectoryThatOthersMayWriteToIsNotUsed() throws IOException {
        // Given
        library.unpacked();
        Path home = temporary.resolve("kafka-image-transformer-" + System.getProperty("user.name"));
        Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxrwxrwx"));

        // When
        // Then
        assertThatThrownBy(library::unpacked).isInstanceOf(IOException.class).hasMessageContaining("is open to others");
    }

    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void aLinkInPlaceOfTheDirectoryIsNotFollowed() throws IOException {
        // Given
        Path elsewhere = Files.createDirectory(temporary.resolve("elsewhere"));
        Files.createSymbolicLink(
                temporary.resolve("kafka-image-transformer-" + System.getProperty("user.name")), elsewhere);

        // When
        // Then
        assertThatThrownBy(library::unpacked)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("is not a directory");
        assertThat(elsewhere).isEmptyDirectory();
    }

    @ParameterizedTest
    @CsvSource({
        "Linux, amd64, /nu/pattern/opencv/linux/x86_64/",
        "Linux, aarch64, /nu/pattern/opencv/linux/ARMv8/",
        "Mac OS X, aarch64, /nu/pattern/opencv/osx/ARMv8/",
        "Mac OS X, x86_64, /nu/pattern/opencv/osx/x86_64/",
        "Windows 11, amd64, /nu/pattern/opencv/windows/x86_64/",
        "Linux, riscv64, /nu/pattern/opencv/linux/riscv64/"
    })
    void theJarsDirectoryOfAPlatformIsKnown(String osName, String osArch, String directory) {
        // Given
        // When
        String resource = OpenCv.resource(osName, osArch);

        // Then
        assertThat(resource).startsWith(directory);
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> all = Files.walk(temporary)) {
            return all.filter(Files::isRegularFile).toList();
        }
    }
}
