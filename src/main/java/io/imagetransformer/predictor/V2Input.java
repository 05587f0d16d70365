package io.imagetransformer.predictor;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

import io.imagetransformer.image.ImageSettings;
import io.imagetransformer.image.Tensor;

/**
 * The tensor that a model takes its images in.
 *
 * @param name of the input
 * @param datatype one that takes images: {@link Datatype#takesImages()}
 * @param shape of one image, without the batch: such as [784], [28,28], [28,28,1] or [1,28,28]
 * @param channelsFirst whether the planes of the channels come one after the other (NCHW), not side by side (NHWC)
 */
public record V2Input(String name, Datatype datatype, List<Long> shape, boolean channelsFirst) {
    /** What KServe's own servers call the input of a model that tells no metadata. */
    private static final String USUAL_NAME = "input-0";

    public V2Input {
        shape = List.copyOf(shape);
    }

    /** Name, datatype and shape of one input, as a model's metadata say; nothing checked. */
    public record Told(String name, String datatype, List<Long> shape) {
        public Told {
            shape = List.copyOf(shape);
        }
    }

    /** What a model says of its inputs does not go with our images; stays inside this room. */
    static final class Unfit extends Exception {
        private static final long serialVersionUID = 1L;

        Unfit(String message) {
            super(message);
        }
    }

    /**
     * Puts together what the metadata and the settings say. A model whose metadata tell no input (KServe's Python models
     * by default) gets {@code input-0}, FP32, one flat list per image.
     */
    static V2Input of(List<Told> inputs, V2Options options, ImageSettings image) throws Unfit {
        Told told = chosen(inputs, options, image);
        String name = options.inputName().isEmpty() ? told.name() : options.inputName();
        Datatype datatype = options.inputDatatype() == null ? datatype(told) : options.inputDatatype();
        List<Long> shape = options.inputShape().isEmpty() ? told.shape() : options.inputShape();
        List<Long> ofOne = ofOneImage(shape, image);
        for (boolean channelsFirst : new boolean[] {false, true}) {
            List<Long> ours = ours(ofOne.size(), image, channelsFirst);
            if (fits(ofOne, ours)) {
                return new V2Input(name, datatype, ours, channelsFirst);
            }
        }
        throw new Unfit("its input " + Quotes.quote(name + " has the shape " + shape) + ", our images are "
                + image.height() + " rows, "
                + image.width() + " columns, " + image.channels()
                + " channels: correct image.*, or set predictor.input.shape");
    }

    private static Told chosen(List<Told> inputs, V2Options options, ImageSettings image) throws Unfit {
        if (inputs.isEmpty()) {
            return new Told(USUAL_NAME, Datatype.FP32.name(), List.of(-1L, values(image)));
        }
        if (!options.inputName().isEmpty()) {
            return inputs.stream()
                    .filter(input -> input.name().equals(options.inputName()))
                    .findFirst()
                    .orElseThrow(() -> new Unfit(
                            "it has no input predictor.input.name=" + options.inputName() + ", but " + names(inputs)));
        }
        if (inputs.size() > 1) {
            throw new Unfit(
                    "it has several inputs, " + names(inputs) + ": say in predictor.input.name which takes the image");
        }
        return inputs.get(0);
    }

    private static String names(List<Told> inputs) {
        return Quotes.quote(String.join(", ", inputs.stream().map(Told::name).toList()));
    }

    private static Datatype datatype(Told told) throws Unfit {
        return Datatype.of(told.datatype())
                .filter(Datatype::takesImages)
                .orElseThrow(() -> new Unfit("its input " + Quotes.quote(told.name() + " is " + told.datatype())
                        + ", which holds no image of ours: if it takes another, set predictor.input.datatype"));
    }

    /** Without the batch; a model that tells exactly one image has none to leave out. */
    private static List<Long> ofOneImage(List<Long> shape, ImageSettings image) {
        return shape.size() == 1 && shape.get(0) == values(image) || shape.isEmpty()
                ? shape
                : shape.subList(1, shape.size());
    }

    private static List<Long> ours(int dimensions, ImageSettings image, boolean channelsFirst) {
        long height = image.height();
        long width = image.width();
        long channels = image.channels();
        return switch (dimensions) {
            case 1 -> List.of(values(image));
            case 2 -> channels == 1 ? List.of(height, width) : List.of();
            case 3 -> channelsFirst ? List.of(channels, height, width) : List.of(height, width, channels);
            default -> List.of();
        };
    }

    private static boolean fits(List<Long> told, List<Long> ours) {
        if (ours.isEmpty()) {
            return false;
        }
        for (int i = 0; i < told.size(); i++) {
            if (told.get(i) >= 0 && !told.get(i).equals(ours.get(i))) {
                return false;
            }
        }
        return true;
    }

    private static long values(ImageSettings image) {
        return (long) image.height() * image.width() * image.channels();
    }

    /** With the batch. */
    List<Long> shape(int instances) {
        List<Long> shape = new ArrayList<>();
        shape.add((long) instances);
        shape.addAll(this.shape);
        return shape;
    }

    /**
     * An image's values as this input takes them, in its order: 0 to 1, or, where the datatype has whole numbers only, 0
     * to 255.
     */
    double[] values(Tensor tensor) {
        double[] ordered = channelsFirst ? planes(tensor) : tensor.values();
        if (datatype.isFloat()) {
            return ordered;
        }
        double[] pixels = new double[ordered.length];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = Math.rint(ordered[i] * 255);
        }
        return pixels;
    }

    private static double[] planes(Tensor tensor) {
        int channels = tensor.channels();
        int plane = tensor.height() * tensor.width();
        double[] planes = new double[tensor.values().length];
        for (int i = 0; i < planes.length; i++) {
            planes[i % channels * plane + i / channels] = tensor.values()[i];
        }
        return planes;
    }

    /** All images one after the other, little endian; 2 GB at most. */
    byte[] bytes(List<Tensor> instances) {
        long values = shape.stream().reduce(1L, (a, b) -> a * b);
        ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(instances.size() * values * datatype.width()))
                .order(ByteOrder.LITTLE_ENDIAN);
        for (Tensor instance : instances) {
            for (double value : values(instance)) {
                switch (datatype) {
                    case FP16 -> bytes.putShort(HalfFloats.fp16(value));
                    case BF16 -> bytes.putShort(HalfFloats.bf16(value));
                    case FP32 -> bytes.putFloat((float) value);
                    case FP64 -> bytes.putDouble(value);
                    case UINT8 -> bytes.put((byte) value);
                    case UINT16, INT16 -> bytes.putShort((short) value);
                    case UINT32, INT32 -> bytes.putInt((int) value);
                    case UINT64, INT64 -> bytes.putLong((long) value);
                    case BOOL, INT8, BYTES -> throw new IllegalStateException(datatype + " takes no images");
                }
            }
        }
        return bytes.array();
    }
}
