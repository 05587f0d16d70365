package io.imagetransformer.sandbox;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * What the sandbox's model says that it takes, in V2; and what it checks of what it gets.
 *
 * @param datatype FP32, FP64 (0 to 1), UINT8, INT32 or INT64 (0 to 255)
 * @param shape with the batch, of 784 elements per image; -1 for any size
 * @param isTold whether its metadata tell it; KServe's Python models tell nothing by default
 */
record ModelInput(String name, String datatype, List<Long> shape, boolean isTold) {

    static final ModelInput FLAT = new ModelInput("image", "FP32", List.of(-1L, 784L), true);

    /**
     * @param values all images', as they came
     * @throws IllegalArgumentException for what a model server answers 400 or INVALID_ARGUMENT
     */
    List<float[]> instances(String name, String datatype, List<Long> shape, double[] values) {
        require(name.equals(this.name), "unexpected input " + name + ": this model takes " + this.name);
        require(datatype.equals(this.datatype), "input " + name + " is to be " + this.datatype + ", not " + datatype);
        require(shape.size() == this.shape.size(), "input " + name + " is to be of shape " + this.shape);
        long elements = 1;
        for (int i = 0; i < shape.size(); i++) {
            boolean fits = this.shape.get(i) == -1 || this.shape.get(i).equals(shape.get(i));
            require(fits, "input " + name + " is to be of shape " + this.shape + ", not " + shape);
            elements *= shape.get(i);
        }
        int instances = Math.toIntExact(shape.get(0));
        require(
                instances > 0 && elements == (long) instances * DigitClassifier.INPUTS && values.length == elements,
                "input " + name + " has " + values.length + " elements for the shape " + shape);
        List<float[]> images = new ArrayList<>();
        double whole = datatype.startsWith("FP") ? 1 : 255;
        for (int i = 0; i < instances; i++) {
            float[] image = new float[DigitClassifier.INPUTS];
            for (int j = 0; j < image.length; j++) {
                image[j] = (float) (values[i * image.length + j] / whole);
            }
            images.add(image);
        }
        return images;
    }

    /** The elements of a binary tensor. */
    static double[] values(String datatype, ByteBuffer bytes) {
        ByteBuffer in = bytes.slice().order(ByteOrder.LITTLE_ENDIAN);
        int width =
                switch (datatype) {
                    case "UINT8" -> 1;
                    case "FP32", "INT32" -> 4;
                    default -> 8;
                };
        require(in.remaining() % width == 0, in.remaining() + " bytes are no whole number of " + datatype);
        double[] values = new double[in.remaining() / width];
        for (int i = 0; i < values.length; i++) {
            values[i] = switch (datatype) {
                case "UINT8" -> in.get() & 0xFF;
                case "FP32" -> in.getFloat();
                case "INT32" -> in.getInt();
                case "FP64" -> in.getDouble();
                default -> in.getLong();
            };
        }
        return values;
    }

    private static void require(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException(message);
        }
    }
}
