package io.imagetransformer.predictor;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The datatypes of V2 tensors.
 *
 * <p>Source: Open Inference Protocol, "Tensor Data Types".
 */
public enum Datatype {
    BOOL(1, false),
    UINT8(1, true),
    UINT16(2, true),
    UINT32(4, true),
    UINT64(8, true),
    INT8(1, false),
    INT16(2, true),
    INT32(4, true),
    INT64(8, true),
    FP16(2, true),
    BF16(2, true),
    FP32(4, true),
    FP64(8, true),
    /** Texts; of no fixed width. */
    BYTES(0, false);

    private final int width;
    private final boolean image;

    Datatype(int width, boolean image) {
        this.width = width;
        this.image = image;
    }

    /** Bytes of one element in a binary tensor, little endian; 0 where each element tells its own length. */
    int width() {
        return width;
    }

    /** Whether an image can be given in it: numbers from 0 to 1, or whole numbers from 0 to 255. */
    public boolean takesImages() {
        return image;
    }

    /** These hold numbers from 0 to 1, the others those that the picture has. */
    boolean isFloat() {
        return isHalf() || this == FP32 || this == FP64;
    }

    /** These go as bytes alone: servers take none of them as JSON, and gRPC has no typed contents for them. */
    boolean isHalf() {
        return this == FP16 || this == BF16;
    }

    /** Those that {@link #takesImages()}, comma-separated. */
    public static String ofImages() {
        return Arrays.stream(values())
                .filter(Datatype::takesImages)
                .map(Datatype::name)
                .collect(Collectors.joining(", "));
    }

    /** Empty for one that is not known here. */
    public static Optional<Datatype> of(String name) {
        return Arrays.stream(values())
                .filter(datatype -> datatype.name().equals(name))
                .findFirst();
    }
}
