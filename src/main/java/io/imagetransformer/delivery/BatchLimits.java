package io.imagetransformer.delivery;

/**
 * What may be in memory together.
 *
 * @param maxImages of one chunk, at least 1
 * @param maxBytes of one chunk: pictures, tensors and the predictor's request. One image alone may exceed it
 * @param bytesPerTensor what one image costs besides its own bytes
 * @param unknownSize bytes to reckon with where an event tells no size
 */
public record BatchLimits(int maxImages, long maxBytes, long bytesPerTensor, long unknownSize) {
    /** A value as a double, and as text with its comma in the request. */
    private static final int BYTES_PER_VALUE = 8 + 20;

    /**
     * @param values numbers of one tensor
     * @param maxImageBytes the most bytes of an image that is read
     */
    public static BatchLimits of(int maxImages, long maxBytes, int values, long maxImageBytes) {
        return new BatchLimits(maxImages, maxBytes, (long) values * BYTES_PER_VALUE, maxImageBytes);
    }
}
