package io.imagetransformer.sandbox;

/** How {@link EmbeddedS3} can refuse a call: S3's own error codes and statuses (S3 API Reference, "Error responses"). */
public enum S3Refusal {
    SLOW_DOWN(503, "SlowDown", "Please reduce your request rate."),
    INTERNAL_ERROR(500, "InternalError", "We encountered an internal error. Please try again."),
    ACCESS_DENIED(403, "AccessDenied", "Access Denied"),
    INVALID_ACCESS_KEY_ID(403, "InvalidAccessKeyId", "The access key does not exist in our records."),
    EXPIRED_TOKEN(400, "ExpiredToken", "The provided token has expired."),
    UNAUTHORIZED(401, "Unauthorized", "Who are you?"),
    PERMANENT_REDIRECT(301, "PermanentRedirect", "The bucket must be addressed by another endpoint."),
    NO_SUCH_BUCKET(404, "NoSuchBucket", "The specified bucket does not exist"),
    NO_SUCH_KEY(404, "NoSuchKey", "The specified key does not exist.");

    private final int status;
    private final String code;
    private final String message;

    S3Refusal(int status, String code, String message) {
        this.status = status;
        this.code = code;
        this.message = message;
    }

    /** The HTTP status. */
    public int status() {
        return status;
    }

    /** The {@code Code} of the error document; a HEAD has no document, so its client sees the status alone. */
    public String code() {
        return code;
    }

    String message() {
        return message;
    }
}
