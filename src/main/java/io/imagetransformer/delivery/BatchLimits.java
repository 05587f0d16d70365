package io.imagetransformer.delivery;

/**
 * What may be in memory together, and side by side.
 *
 * @param lanes chunks of one batch that are worked side by side, at least 1
 * @param maxImages of one chunk, at least 1
 * @param maxBytes of the chunks side by side: pictures, tensors and the predictor's request. One image alone may exceed
 *     its lane's share
 * @param bytesPerTensor what one image costs besides its own bytes
 * @param unknownSize bytes to reckon with where an event tells no size
 */
public record BatchLimits(int lanes, int maxImages, long maxBytes, long bytesPerTensor, long unknownSize) {
    /** A value as a double, and as text with its comma in the request. */
    private static final int BYTES_PER_VALUE = 8 + 20;

    /**
     * @param lanes at most; as many of them as have room for the largest image each
     * @param values numbers of one tensor
     * @param maxImageBytes the most bytes of an image that is read
     */
    public static BatchLimits of(int lanes, int maxImages, long maxBytes, int values, long maxImageBytes) {
        long bytesPerTensor = (long) values * BYTES_PER_VALUE;
        int withRoom = (int) Math.max(1, Math.min(lanes, maxBytes / maxImageBytes));
        return new BatchLimits(withRoom, maxImages, maxBytes, bytesPerTensor, maxImageBytes);
    }
}
