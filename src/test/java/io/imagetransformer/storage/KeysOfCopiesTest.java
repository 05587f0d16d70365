package io.imagetransformer.storage;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.imagetransformer.PermanentFailure;
import io.imagetransformer.config.InvalidSettingException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

class KeysOfCopiesTest {
    @ParameterizedTest
    @CsvSource({
        "{label}/{key}, 5/a/b.png",
        "digit-{label}/{key}, digit-5/a/b.png",
        "{bucket}/{label}/{key}, mnist/5/a/b.png",
        "{key}, a/b.png",
        "{label}{label}/{key}.{bucket}, 55/a/b.png.mnist"
    })
    void everyPlaceholderIsFilledIn(String layout, String key) {
        // Given
        KeyLayout keys = new KeyLayout(layout);

        // When
        String destination = keys.destination("5", "mnist", "a/b.png");

        // Then
        assertThat(destination).isEqualTo(key);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"{label}", "{bucket}/{key}", "{{key}}", "$1", "\\", "${sys.user.name}", "../../etc", "\n", "{"})
    void whatIsFilledInIsNotReadAgain(String key) {
        // Given
        KeyLayout keys = new KeyLayout("{label}/{key}/{label}");

        // When
        String destination = keys.destination("5", "mnist", key);

        // Then
        assertThat(destination).isEqualTo("5/" + key + "/5");
    }

    static Stream<Arguments> wrongLayouts() {
        return Stream.of(
                argumentSet(
                        "an unknown placeholder",
                        "{lable}/{key}",
                        "output.key={lable}/{key} holds the unknown placeholder {lable}: known are {label}, {bucket} and"
                                + " {key}"),
                argumentSet(
                        "no key",
                        "{label}/image.png",
                        "output.key={label}/image.png has no {key}: all images of a label would overwrite each other;"
                                + " add it"),
                argumentSet(
                        "a brace that is not closed",
                        "{label/{key}",
                        "output.key={label/{key} holds a brace that belongs to no placeholder: write {label}, {bucket},"
                                + " {key}"),
                argumentSet(
                        "a brace that is not opened",
                        "label}/{key}",
                        "output.key=label}/{key} holds a brace that belongs to no placeholder: write {label}, {bucket},"
                                + " {key}"));
    }

    @ParameterizedTest
    @MethodSource("wrongLayouts")
    void aLayoutThatCannotBeMeantIsRefused(String layout, String message) {
        // Given the layout

        // When
        // Then
        assertThatThrownBy(() -> new KeyLayout(layout))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessage(message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"5", "hot dog", "a+b=c@d", "Ünïcode", "猫", "कुत्ता", "v1.2_x-y", "0"})
    void aPlainSegmentIsASafeLabel(String label) {
        // Given
        KeyLayout keys = new KeyLayout("{label}/{key}");

        // When
        String destination = keys.destination(label, "mnist", "a.png");

        // Then
        assertThat(destination).isEqualTo(label + "/a.png");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                ".",
                "..",
                "...",
                ".hidden",
                "a/b",
                "/",
                "a\\b",
                "-rf",
                "a ",
                "a\nb",
                "a\u0000",
                "${x}",
                "{key}",
                "a?b",
                "a#b",
                "a&b",
                "a%2Fb",
                "a:b",
                "a*b",
                "\u202egnp",
                "\ud800"
            })
    void aLabelThatIsNoPlainSegmentIsRefused(String label) {
        // Given
        KeyLayout keys = new KeyLayout("{label}/{key}");

        // When
        PermanentFailure failure =
                catchThrowableOfType(PermanentFailure.class, () -> keys.destination(label, "mnist", "a.png"));

        // Then
        assertThat(failure.reason()).isEqualTo("unsafe-label");
        assertThat(failure.getMessage()).hasLineCount(1).doesNotContain("\u0000", "\u202e");
    }

    @Test
    void aLabelOfMoreThan128CharactersIsRefused() {
        // Given
        KeyLayout keys = new KeyLayout("{label}/{key}");

        // When
        PermanentFailure failure =
                catchThrowableOfType(PermanentFailure.class, () -> keys.destination("a".repeat(129), "mnist", "a"));

        // Then
        assertThat(failure.reason()).isEqualTo("unsafe-label");
        assertThat(keys.destination("a".repeat(128), "mnist", "a")).hasSize(130);
    }

    @Test
    void aKeyMayHave1024BytesOfUtf8AndNoMore() {
        // Given
        KeyLayout keys = new KeyLayout("{label}/{key}");
        String fits = "é".repeat(511);

        // When
        String destination = keys.destination("5", "mnist", fits);
        PermanentFailure failure =
                catchThrowableOfType(PermanentFailure.class, () -> keys.destination("5", "mnist", fits + "x"));

        // Then
        assertThat(destination.getBytes(StandardCharsets.UTF_8)).hasSize(1_024);
        assertThat(failure.reason()).isEqualTo("destination-key-too-long");
        assertThat(failure).hasMessage("the key of the copy would have 1025 bytes, S3 allows 1,024");
    }

    @ParameterizedTest
    @CsvSource({
        "{label}/{key}, 5/, 5/",
        "digit-{label}/{key}, digit-5/, digit-5/",
        "{bucket}/{label}/{key}, mnist/5/, mnist/5/",
        "by/{label}.d/{bucket}/{key}, by/5.d/, by/5.d/mnist/",
        "digit-{label}/{key}, other-5/,",
        "digit-{label}/{key}, digit-/,",
        "{label}.d/{key}, 5.e/,"
    })
    void copiesAreListedUnderEachLabel(String layout, String folder, String prefix) {
        // Given
        KeyLayout.Order order = new KeyLayout(layout).order("mnist").orElseThrow();

        // When
        Optional<String> found = order.prefixOf(folder);

        // Then
        assertThat(found).isEqualTo(Optional.ofNullable(prefix));
        assertThat(order.hasLabel()).isTrue();
    }

    @Test
    void copiesWithoutALabelAreListedAsTheirSources() {
        // Given
        KeyLayout layout = new KeyLayout("all/{bucket}/{key}");

        // When
        Optional<KeyLayout.Order> order = layout.order("mnist");

        // Then
        assertThat(order).contains(new KeyLayout.Order("all/mnist/", null));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"{key}/{label}", "{label}-{key}", "{label}/{key}.png", "{label}/{label}/{key}", "{key}{key}"})
    void otherLayoutsHaveNoOrder(String layout) {
        // Given
        KeyLayout keys = new KeyLayout(layout);

        // When
        Optional<KeyLayout.Order> order = keys.order("mnist");

        // Then
        assertThat(order).isEmpty();
    }
}
