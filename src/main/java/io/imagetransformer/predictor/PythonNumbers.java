package io.imagetransformer.predictor;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.stream.IntStream;

import com.fasterxml.jackson.core.io.NumberOutput;
import com.fasterxml.jackson.core.io.SerializedString;

/** Numbers as Python's {@code json.dumps} writes them. */
final class PythonNumbers {
    /** The text of each pixel value. */
    private static final SerializedString[] PIXELS = IntStream.range(0, 256)
            .mapToObj(b -> new SerializedString(shortest(b / 255.0)))
            .toArray(SerializedString[]::new);

    /** Each pixel value, to the bit. */
    private static final long[] PIXEL_BITS = IntStream.range(0, 256)
            .mapToLong(b -> Double.doubleToRawLongBits(b / 255.0))
            .toArray();

    private PythonNumbers() {}

    /** In ASCII; its bytes are not to be changed. */
    static SerializedString text(double value) {
        int pixel = value >= 0 && value <= 1 ? (int) (value * 255 + 0.5) : 0;
        boolean isPixel = Double.doubleToRawLongBits(value) == PIXEL_BITS[pixel];
        return isPixel ? PIXELS[pixel] : new SerializedString(shortest(value));
    }

    /** The fewest digits that read back the same; an exponent below 1e-4 and from 1e16 on, as in Python. */
    private static String shortest(double value) {
        String java = NumberOutput.toString(value, true);
        if (value == 0 || Double.isNaN(value) || Double.isInfinite(value)) {
            return java;
        }
        BigDecimal digits = fewest(new BigDecimal(java), value);
        int exponent = digits.precision() - digits.scale() - 1;
        if (exponent >= -4 && exponent < 16) {
            return digits.scale() > 0 ? digits.toPlainString() : digits.toPlainString() + ".0";
        }
        String mantissa = digits.unscaledValue().abs().toString();
        return (value < 0 ? "-" : "")
                + (mantissa.length() == 1 ? mantissa : mantissa.charAt(0) + "." + mantissa.substring(1))
                + String.format("e%+03d", exponent);
    }

    /** Java writes two digits also where one would do: 4.9E-324, Python's 5e-324. */
    private static BigDecimal fewest(BigDecimal digits, double value) {
        BigDecimal one = digits.round(new MathContext(1, RoundingMode.HALF_EVEN));
        return (one.doubleValue() == value ? one : digits).stripTrailingZeros();
    }
}
