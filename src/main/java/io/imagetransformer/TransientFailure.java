package io.imagetransformer;

import org.jspecify.annotations.Nullable;

/**
 * A failure that repeating may help: infrastructure is away, or being mended. It is waited out, never dead-lettered.
 */
public class TransientFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** For {@link #repeats()}: as long as the batch may be held. */
    public static final int AS_LONG_AS_IT_LASTS = Integer.MAX_VALUE;

    /** @param message one line for a person, without secrets: who is away, and what it said */
    public TransientFailure(String message) {
        super(message);
    }

    /** As above, with what the library threw. */
    public TransientFailure(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /** How often the call is repeated at most, besides the limit in time. */
    public int repeats() {
        return AS_LONG_AS_IT_LASTS;
    }

    /** How long the other side asks us to wait before the next call, in milliseconds; 0 where it does not say. */
    public long retryAfterMillis() {
        return 0;
    }
}
