package io.imagetransformer.event;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class DetailsStayOnOneLineTest {

    @ParameterizedTest
    @CsvSource({
        "10, \\u000a",
        "13, \\u000d",
        "27, \\u001b",
        "0, \\u0000",
        "127, \\u007f",
        "8238, \\u202e",
        "8232, \\u2028",
        "8233, \\u2029",
        "55357, \\ud83d",
        "65279, \\ufeff"
    })
    void whatCouldBreakOrTurnALineIsEscaped(int character, String escaped) {
        // Given
        String text = "a" + (char) character + "b";

        // When
        String line = Printable.line(text);

        // Then
        assertThat(line).isEqualTo("a" + escaped + "b");
    }

    @Test
    void readableTextStaysAsItIs() {
        // Given
        String text = "ünï/数字/🙂-7.png \"q\" \\";

        // When
        String line = Printable.line(text);

        // Then
        assertThat(line).isEqualTo(text);
    }

    @Test
    void longTextEndsInAnEllipsisAndNotWithinACharacter() {
        // Given
        String text = "x" + "🙂".repeat(1000);

        // When
        String line = Printable.line(text);

        // Then
        assertThat(line).isEqualTo("x" + "🙂".repeat(150) + "…");
    }
}
