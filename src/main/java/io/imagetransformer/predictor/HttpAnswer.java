package io.imagetransformer.predictor;

/**
 * What an HTTP call was answered with.
 *
 * @param status HTTP's
 * @param retryAfterMillis of the header Retry-After; 0 without
 * @param jsonLength of the header Inference-Header-Content-Length: how many bytes of the body are JSON; empty without
 * @param body maybe empty, maybe cut after more than {@link Answer#MOST_BYTES}; not copied
 */
public record HttpAnswer(int status, long retryAfterMillis, String jsonLength, byte[] body) {
    static final String TOO_LARGE = "an answer of more than " + (Answer.MOST_BYTES >> 20) + " MiB";

    /** Whether the request, and so perhaps one of its instances, is to blame. */
    boolean blamesRequest() {
        return status == 400 || status == 413 || status == 422;
    }

    /** Whether it has more bytes than are read: an answer about fewer images may have fewer. */
    boolean isTooLarge() {
        return body.length > Answer.MOST_BYTES;
    }

    /** For a person. */
    String what() {
        return "status " + status + ": " + Quotes.quote(body);
    }
}
