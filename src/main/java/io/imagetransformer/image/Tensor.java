package io.imagetransformer.image;

import java.util.Arrays;

/**
 * The numbers a model takes: {@code [height, width, channels]}, row by row, channels of a pixel side by side (HWC). One
 * channel is grey; three are red, green, blue in this order, as models are trained (OpenCV's own order is the reverse).
 *
 * @param height rows, at least 1
 * @param width columns, at least 1
 * @param channels 1 or 3
 * @param values {@code height * width * channels} numbers in [0, 1], each a whole number of 255ths; handed over and not
 *     copied, so neither side writes to it afterwards
 */
public record Tensor(int height, int width, int channels, double[] values) {

    /** @throws IllegalArgumentException if the number of values is not that of the shape: a programming error */
    public Tensor {
        if (values.length != height * width * channels) {
            throw new IllegalArgumentException(
                    "shape [" + height + "," + width + "," + channels + "] with " + values.length + " values");
        }
    }

    /** Tensors are equal when shape and every value are, to the bit. */
    @Override
    public boolean equals(Object other) {
        return other instanceof Tensor that
                && height == that.height
                && width == that.width
                && channels == that.channels
                && Arrays.equals(values, that.values);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * height + width) + Arrays.hashCode(values);
    }

    /** The shape only: a tensor in a log line is of no use. */
    @Override
    public String toString() {
        return "Tensor[" + height + "," + width + "," + channels + "]";
    }
}
