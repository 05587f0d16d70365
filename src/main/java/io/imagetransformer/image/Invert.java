package io.imagetransformer.image;

/**
 * Whether a picture is inverted ({@code 255 - pixel}) before it becomes a tensor: the setting {@code image.invert}.
 *
 * <p>The MNIST model was trained on white digits on black; people upload black on white. On the wrong polarity its accuracy
 * falls from 99 % to below 20 %, with no error to see.
 */
public enum Invert {
    /** Each picture is: what the Python reference does. */
    ALWAYS,
    /** No picture is: they come as the model was trained. */
    NEVER,
    /**
     * Those with a light border are, see {@link Polarity}; what is on the border is taken for the background. Not for
     * photographs, whose border means nothing.
     */
    AUTO
}
