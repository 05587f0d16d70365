package io.imagetransformer.image;

/** What became of a picture: a tensor, or the reason why not. Never null, and bad input is never an exception. */
public sealed interface TransformResult {

    /**
     * The picture became a tensor.
     *
     * @param tensor what the model takes, of the size and channels that the settings ask for
     * @param format the format, told by content
     * @param width pixels of the picture as it came, upright (after its EXIF orientation), at least 1
     * @param height likewise
     * @param inverted whether {@code 255 - pixel} was taken; with {@link Invert#AUTO} this is what was decided
     */
    record Transformed(Tensor tensor, ImageFormat format, int width, int height, boolean inverted)
            implements TransformResult {}

    /**
     * The picture is at fault.
     *
     * @param reason the code, of a closed list
     * @param message one line for a person: what was found and what was expected; holds none of the picture's own text
     */
    record Refused(RefusedReason reason, String message) implements TransformResult {}
}
