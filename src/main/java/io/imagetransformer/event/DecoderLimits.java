package io.imagetransformer.event;

/**
 * The bounds that hold before an event has a meaning. Beyond one of them the event, or the part of it that is at fault,
 * is {@link Decoded.Malformed}.
 *
 * @param maxBytes bytes of body and headers together; at least 1
 * @param maxRecords verdicts that one event may come to, over all its lists; at least 1. JSON tokens are bounded with
 *     it, at 250 for each record and 10,000 besides (a captured MinIO record has some 100)
 * @param maxDepth nested JSON objects and arrays, 1 to 1,000 (a record within a CloudEvent needs 6)
 * @param maxKeyBytes bytes of a decoded key in UTF-8, 1 to 1,024, which is S3's own limit
 */
public record DecoderLimits(int maxBytes, int maxRecords, int maxDepth, int maxKeyBytes) {

    private static final int S3_KEY_BYTES = 1024;
    private static final int JACKSON_DEPTH = 1000;

    /** @throws IllegalArgumentException if a bound is out of its range */
    public DecoderLimits {
        within("maxBytes", maxBytes, Integer.MAX_VALUE);
        within("maxRecords", maxRecords, Integer.MAX_VALUE);
        within("maxDepth", maxDepth, JACKSON_DEPTH);
        within("maxKeyBytes", maxKeyBytes, S3_KEY_BYTES);
    }

    /** 10 MiB, 10,000 records, 64 levels, keys of 1,024 bytes. */
    public static DecoderLimits defaults() {
        return new DecoderLimits(10 * 1024 * 1024, 10_000, 64, S3_KEY_BYTES);
    }

    long maxTokens() {
        return 10_000 + 250L * maxRecords;
    }

    private static void within(String name, int value, int max) {
        if (value < 1 || value > max) {
            throw new IllegalArgumentException(name + " must be from 1 to " + max + ", was " + value);
        }
    }
}
