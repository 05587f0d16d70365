package io.imagetransformer.event;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class DecoderLimitsAreCheckedTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0 | 1 | 1    | 1    | maxBytes must be from 1 to 2147483647, was 0",
                "1 | 0 | 1    | 1    | maxRecords must be from 1 to 2147483647, was 0",
                "1 | 1 | 0    | 1    | maxDepth must be from 1 to 1000, was 0",
                "1 | 1 | 1001 | 1    | maxDepth must be from 1 to 1000, was 1001",
                "1 | 1 | 1    | 0    | maxKeyBytes must be from 1 to 1024, was 0",
                "1 | 1 | 1    | 1025 | maxKeyBytes must be from 1 to 1024, was 1025",
            })
    void limitOutOfItsRangeIsNamed(int bytes, int records, int depth, int keyBytes, String message) {
        // Given When Then
        assertThatThrownBy(() -> new DecoderLimits(bytes, records, depth, keyBytes))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    @Test
    void defaultsAreWhatTheyAreSaidToBe() {
        // Given When
        DecoderLimits limits = DecoderLimits.defaults();

        // Then
        assertThat(limits).isEqualTo(new DecoderLimits(10_485_760, 10_000, 64, 1_024));
    }
}
