package io.imagetransformer.sandbox.model;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Writes a trained {@link LeNet} as an ONNX model of opset 13: {@code input} FP32 {@code [batch,784]} in 0 (background)
 * to 1 (ink), {@code predictions} FP32 {@code [batch,10]}, the probabilities of the digits; the batch is free. The field
 * numbers are those of
 * <a href="https://github.com/onnx/onnx/blob/main/onnx/onnx.proto">onnx.proto</a>, and only what is needed of
 * protobuf's wire format is here.
 */
final class OnnxFile {

    static final String INPUT = "input";
    static final String OUTPUT = "predictions";

    private static final int FLOAT = 1;
    private static final int INT64 = 7;
    private static final int ATTRIBUTE_INT = 2;
    private static final int ATTRIBUTE_INTS = 7;

    private OnnxFile() {}

    /** The whole file; the same bytes for the same parameters. */
    static byte[] of(float[] parameters) {
        Message graph = new Message()
                .message(1, node("Reshape", "image", INPUT, "image_shape"))
                .message(1, convolution("convolved_1", "image", "conv_1_weights", "conv_1_bias"))
                .message(1, node("Relu", "rectified_1", "convolved_1"))
                .message(1, pool("pooled_1", "rectified_1"))
                .message(1, convolution("convolved_2", "pooled_1", "conv_2_weights", "conv_2_bias"))
                .message(1, node("Relu", "rectified_2", "convolved_2"))
                .message(1, pool("pooled_2", "rectified_2"))
                // Not Flatten: OpenCV 4.9 miscounts it where the batch is free.
                .message(1, node("Reshape", "features", "pooled_2", "features_shape"))
                .message(1, dense("hidden", "features", "hidden_weights", "hidden_bias"))
                .message(1, node("Relu", "rectified_hidden", "hidden"))
                .message(1, dense("logits", "rectified_hidden", "class_weights", "class_bias"))
                .message(1, node("Softmax", OUTPUT, "logits").message(5, attribute("axis", 1)))
                .string(2, "mnist")
                .message(5, shape("image_shape", -1, 1, LeNet.WIDTH, LeNet.WIDTH))
                .message(5, shape("features_shape", -1, LeNet.FEATURES))
                .message(5, tensor("conv_1_weights", parameters, LeNet.CONV_1_WEIGHTS, LeNet.CHANNELS_1, 1, 5, 5))
                .message(5, tensor("conv_1_bias", parameters, LeNet.CONV_1_BIAS, LeNet.CHANNELS_1))
                .message(
                        5,
                        tensor(
                                "conv_2_weights",
                                parameters,
                                LeNet.CONV_2_WEIGHTS,
                                LeNet.CHANNELS_2,
                                LeNet.CHANNELS_1,
                                5,
                                5))
                .message(5, tensor("conv_2_bias", parameters, LeNet.CONV_2_BIAS, LeNet.CHANNELS_2))
                .message(5, tensor("hidden_weights", parameters, LeNet.HIDDEN_WEIGHTS, LeNet.HIDDEN, LeNet.FEATURES))
                .message(5, tensor("hidden_bias", parameters, LeNet.HIDDEN_BIAS, LeNet.HIDDEN))
                .message(5, tensor("class_weights", parameters, LeNet.CLASS_WEIGHTS, LeNet.CLASSES, LeNet.HIDDEN))
                .message(5, tensor("class_bias", parameters, LeNet.CLASS_BIAS, LeNet.CLASSES))
                .message(11, value(INPUT, LeNet.WIDTH * LeNet.WIDTH))
                .message(12, value(OUTPUT, LeNet.CLASSES));
        return new Message()
                .number(1, 7)
                .string(2, "kafka-image-transformer")
                .string(6, "Digits. Trained on MNIST by Yann LeCun and Corinna Cortes, CC BY-SA 3.0.")
                .message(7, graph)
                .message(8, new Message().number(2, 13))
                .bytes();
    }

    private static Message node(String type, String output, String... inputs) {
        Message node = new Message();
        for (String input : inputs) {
            node.string(1, input);
        }
        return node.string(2, output).string(3, output).string(4, type);
    }

    private static Message convolution(String output, String... inputs) {
        return node("Conv", output, inputs).message(5, attribute("kernel_shape", LeNet.KERNEL, LeNet.KERNEL));
    }

    private static Message pool(String output, String input) {
        return node("MaxPool", output, input)
                .message(5, attribute("kernel_shape", 2, 2))
                .message(5, attribute("strides", 2, 2));
    }

    private static Message dense(String output, String... inputs) {
        return node("Gemm", output, inputs).message(5, attribute("transB", 1));
    }

    private static Message attribute(String name, int value) {
        return new Message().string(1, name).number(3, value).number(20, ATTRIBUTE_INT);
    }

    private static Message attribute(String name, int first, int second) {
        return new Message().string(1, name).number(8, first).number(8, second).number(20, ATTRIBUTE_INTS);
    }

    private static Message tensor(String name, float[] parameters, int from, int... dimensions) {
        int size = 1;
        Message tensor = new Message();
        for (int dimension : dimensions) {
            tensor.number(1, dimension);
            size *= dimension;
        }
        ByteBuffer raw = ByteBuffer.allocate(size * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        raw.asFloatBuffer().put(parameters, from, size);
        return tensor.number(2, FLOAT).string(8, name).bytes(9, raw.array());
    }

    private static Message shape(String name, long... dimensions) {
        ByteBuffer raw = ByteBuffer.allocate(dimensions.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        raw.asLongBuffer().put(dimensions);
        return new Message()
                .number(1, dimensions.length)
                .number(2, INT64)
                .string(8, name)
                .bytes(9, raw.array());
    }

    private static Message value(String name, int width) {
        Message shape =
                new Message().message(1, new Message().string(2, "batch")).message(1, new Message().number(1, width));
        Message tensorType = new Message().number(1, FLOAT).message(2, shape);
        return new Message().string(1, name).message(2, new Message().message(1, tensorType));
    }

    /** A protobuf message in the making: fields in the order in which they are written. */
    private static final class Message {

        private static final int VARINT = 0;
        private static final int LENGTH_DELIMITED = 2;

        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        Message number(int field, long value) {
            varint((long) field << 3 | VARINT);
            varint(value);
            return this;
        }

        Message string(int field, String value) {
            return bytes(field, value.getBytes(StandardCharsets.UTF_8));
        }

        Message message(int field, Message value) {
            return bytes(field, value.bytes());
        }

        Message bytes(int field, byte[] value) {
            varint((long) field << 3 | LENGTH_DELIMITED);
            varint(value.length);
            out.writeBytes(value);
            return this;
        }

        byte[] bytes() {
            return out.toByteArray();
        }

        private void varint(long value) {
            long rest = value;
            while ((rest & ~0x7fL) != 0) {
                out.write((int) (rest & 0x7f | 0x80));
                rest >>>= 7;
            }
            out.write((int) rest);
        }
    }
}
