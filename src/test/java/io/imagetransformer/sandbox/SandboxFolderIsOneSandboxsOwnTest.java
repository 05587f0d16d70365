package io.imagetransformer.sandbox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

class SandboxFolderIsOneSandboxsOwnTest {
    @TempDir
    private Path data;

    @Test
    void aFolderInUseIsRefused() {
        // Given
        try (SandboxFolder first = SandboxFolder.open(data, false)) {

            // When // Then
            assertThatIllegalStateException()
                    .isThrownBy(() -> SandboxFolder.open(data, true))
                    .withMessageContaining("another sandbox uses the data folder " + data);
        }
    }

    @Test
    void freshThrowsAwayBucketsAndTopicsAndKeepsPictures() throws IOException {
        // Given
        try (SandboxFolder before = SandboxFolder.open(data, false)) {
            Files.createDirectories(before.buckets().resolve("digits/7"));
            Files.createDirectories(before.topics().resolve("log"));
            Files.writeString(before.inbox().resolve("mine.png"), "picture");
        }

        // When
        try (SandboxFolder fresh = SandboxFolder.open(data, true)) {

            // Then
            assertThat(fresh.buckets()).doesNotExist();
            assertThat(fresh.topics()).doesNotExist();
            assertThat(fresh.inbox().resolve("mine.png")).exists();
        }
    }

    @Test
    void freshDeletesNothingInAFolderOfSomebodyElse() throws IOException {
        // Given
        Path notOurs = Files.createDirectories(data.resolve("s3")).resolve("precious");
        Files.writeString(notOurs, "not a sandbox's");

        // When // Then
        assertThatIllegalStateException()
                .isThrownBy(() -> SandboxFolder.open(data, true))
                .withMessageContaining("--fresh deletes nothing there");
        assertThat(notOurs).exists();
    }
}
