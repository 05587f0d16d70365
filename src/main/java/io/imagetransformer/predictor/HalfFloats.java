package io.imagetransformer.predictor;

/**
 * Floats of 16 bits, which Java 17 does not know.
 *
 * <p>Source: IEEE 754 binary16 for FP16; BF16 is the upper half of a binary32. Both round to the nearest, ties to even.
 */
final class HalfFloats {
    private static final int FP16_FRACTION = 10;
    private static final int FP16_BIAS = 15;

    private HalfFloats() {}

    /** @param value 0 to 1 */
    static short fp16(double value) {
        int exponent = Math.max(Math.getExponent(value), 1 - FP16_BIAS);
        // Below the least exponent the hidden bit is missing of itself; a fraction that is rounded up carries into the
        // next.
        int fraction = (int) Math.rint(Math.scalb(value, FP16_FRACTION - exponent));
        return (short) ((exponent + FP16_BIAS - 1 << FP16_FRACTION) + fraction);
    }

    static float ofFp16(short bits) {
        int exponent = bits >> FP16_FRACTION & 0x1F;
        int fraction = bits & 0x3FF;
        float size;
        if (exponent == 0x1F) {
            size = fraction == 0 ? Float.POSITIVE_INFINITY : Float.NaN;
        } else {
            int whole = exponent == 0 ? fraction : fraction | 0x400;
            size = Math.scalb((float) whole, Math.max(exponent, 1) - FP16_BIAS - FP16_FRACTION);
        }
        return bits < 0 ? -size : size;
    }

    /** @param value 0 to 1 */
    static short bf16(double value) {
        int bits = Float.floatToIntBits((float) value);
        return (short) (bits + 0x7FFF + (bits >>> 16 & 1) >>> 16);
    }

    static float ofBf16(short bits) {
        return Float.intBitsToFloat(bits << 16);
    }
}
