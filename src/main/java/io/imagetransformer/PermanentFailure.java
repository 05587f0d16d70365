package io.imagetransformer;

/**
 * A failure that repeating cannot help: the data is at fault. Its image leaves at once, as a dead letter with this
 * failure's reason, while its neighbours go on.
 */
public class PermanentFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String reason;

    /**
     * @param reason the reason code, in kebab-case, out of the closed list in {@code docs/dead-letters.md}
     * @param message one line for a person, without secrets
     */
    public PermanentFailure(String reason, String message) {
        super(message);
        this.reason = reason;
    }

    /** The reason code, in kebab-case. */
    public String reason() {
        return reason;
    }
}
