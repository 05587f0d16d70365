package io.imagetransformer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.imagetransformer.config.InvalidSettingException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class EachRouteFileIsReadOrRefusedTest {
    @TempDir
    private Path home;

    private ProgramFolder folder;

    @BeforeEach
    void makeTheFolder() throws IOException {
        folder = new ProgramFolder(home);
        add("classify.camel.yaml");
    }

    @ParameterizedTest
    @CsvSource({"zeros.yaml,zeros.camel.yaml", "zeros.yml,zeros.camel.yaml", "zeros.camel.yml,zeros.camel.yaml"})
    void oneThatWouldBePassedOverEndsTheStart(String name, String right) throws IOException {
        // Given
        add(name);

        // When, then
        assertThatThrownBy(folder::routesPattern)
                .isInstanceOf(InvalidSettingException.class)
                .hasMessage("routes/" + name + " is not read: name it " + right + ", or take it out of the folder");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"zeros.camel.yaml", "classify.camel.yaml.orig", ".zeros.yaml.swp", ".#zeros.yaml", "notes.md"})
    void whatIsReadAndWhatIsNoRouteIsLeftAlone(String name) throws IOException {
        // Given
        add(name);

        // When
        String pattern = folder.routesPattern();

        // Then
        assertThat(pattern).isEqualTo("file:" + home + "/routes/*.camel.yaml");
    }

    @Test
    void aFolderIsNoFile() throws IOException {
        // Given
        Files.createDirectory(home.resolve("routes/old.yaml"));

        // When
        String pattern = folder.routesPattern();

        // Then
        assertThat(pattern).endsWith("*.camel.yaml");
    }

    private void add(String name) throws IOException {
        Files.writeString(Files.createDirectories(home.resolve("routes")).resolve(name), "[]");
    }
}
