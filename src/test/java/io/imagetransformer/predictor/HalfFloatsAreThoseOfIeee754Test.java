package io.imagetransformer.predictor;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** The vectors are those of Python's {@code struct.pack('<e', value)}; of BF16, the upper half of {@code '<f'}, rounded. */
class HalfFloatsAreThoseOfIeee754Test {
    @ParameterizedTest
    @CsvSource({
        "0,                      0000, 0000",
        "1,                      3c00, 3f80",
        "0.00392156862745098,    1c04, 3b81",
        "0.00784313725490196,    2004, 3c01",
        "0.011764705882352941,   2206, 3c41",
        "0.4980392156862745,     37f8, 3eff",
        "0.5019607843137255,     3804, 3f01",
        "0.996078431372549,      3bf8, 3f7f",
        "0.3333333333333333,     3555, 3eab",
        "0.00006103515625,       0400, 3880",
        "0.00001,                00a8, 3728",
        "5.960464477539063e-08,  0001, 3380"
    })
    void numbersFromNoneToOneAreRoundedToTheNearest(double value, String fp16, String bf16) {
        // Given the value

        // When
        short half = HalfFloats.fp16(value);
        short brain = HalfFloats.bf16(value);

        // Then
        assertThat(String.format("%04x", half)).isEqualTo(fp16);
        assertThat(String.format("%04x", brain)).isEqualTo(bf16);
    }

    @ParameterizedTest
    @CsvSource({
        "0001, 5.960464477539063e-08",
        "03ff, 6.097555160522461e-05",
        "0400, 6.103515625e-05",
        "3555, 0.333251953125",
        "7bff, 65504",
        "c000, -2",
        "8000, -0.0",
        "7c00, Infinity",
        "fc00, -Infinity",
        "7e00, NaN"
    })
    void eachKindOfFp16IsRead(String bits, Float value) {
        // Given the bits

        // When
        Float read = HalfFloats.ofFp16((short) Integer.parseInt(bits, 16));

        // Then
        assertThat(read).isEqualTo(value);
    }

    @ParameterizedTest
    @CsvSource({"3f80, 1", "3eab, 0.333984375", "4049, 3.140625", "bf00, -0.5", "7f80, Infinity"})
    void eachKindOfBf16IsRead(String bits, float value) {
        // Given the bits

        // When
        float read = HalfFloats.ofBf16((short) Integer.parseInt(bits, 16));

        // Then
        assertThat(read).isEqualTo(value);
    }

    @Test
    void whatIsReadIsWrittenAgain() {
        for (int bits = 0; bits <= 0x3f80; bits++) {
            // Given
            short half = (short) Math.min(bits, 0x3c00);
            short brain = (short) bits;

            // When
            float fp16 = HalfFloats.ofFp16(half);
            float bf16 = HalfFloats.ofBf16(brain);

            // Then
            assertThat(HalfFloats.fp16(fp16)).isEqualTo(half);
            assertThat(HalfFloats.bf16(bf16)).isEqualTo(brain);
        }
    }
}
