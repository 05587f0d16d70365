package io.imagetransformer;

import org.jspecify.annotations.Nullable;

/** A failure that repeating may help: infrastructure is away, or being mended. It is waited out, never dead-lettered. */
public class TransientFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** @param message one line for a person, without secrets: who is away, and what it said */
    public TransientFailure(String message) {
        super(message);
    }

    /** As above, with what the library threw. */
    public TransientFailure(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
