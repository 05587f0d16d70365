package io.imagetransformer.image;

/**
 * Carries a refusal out of a header parser to {@link HeaderCheck}, and no further: with it, no parser can forget to hand a
 * verdict on. It holds no stack trace, which would be most of its cost.
 */
final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final RefusedReason reason;

    Refusal(RefusedReason reason, String message) {
        super(message, null, false, false);
        this.reason = reason;
    }

    static Refusal truncated(String message) {
        return new Refusal(RefusedReason.TRUNCATED_IMAGE, message);
    }

    static Refusal undecodable(String message) {
        return new Refusal(RefusedReason.UNDECODABLE_IMAGE, message);
    }

    static Refusal variant(String message) {
        return new Refusal(RefusedReason.UNSUPPORTED_VARIANT, message);
    }

    RefusedReason reason() {
        return reason;
    }
}
