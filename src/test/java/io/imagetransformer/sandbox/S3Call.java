package io.imagetransformer.sandbox;

/**
 * One call that reached the store of {@link EmbeddedS3}, after its signature was found good.
 *
 * @param operation what is asked for
 * @param bucket the bucket's name
 * @param key the decoded key; of a copy, where it goes; empty for {@link Operation#LIST}
 */
public record S3Call(Operation operation, String bucket, String key) {
    /** As S3 names them, less the word Object. */
    public enum Operation {
        GET,
        HEAD,
        PUT,
        COPY,
        DELETE,
        /** Of objects in a bucket. */
        LIST,
        /** Every step of a multipart upload. */
        MULTIPART
    }
}
