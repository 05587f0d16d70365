package io.imagetransformer.delivery;

import java.util.Locale;

/** How the work on one upload ended. */
public sealed interface Outcome {
    /** The copy is in {@code bucket} under {@code key}. */
    record Filed(String bucket, String key) implements Outcome {}

    /** The route ended well without a copy: it was edited to leave this image out. */
    record Skipped() implements Outcome {}

    /**
     * Not for us, or not any more.
     *
     * @param reason in kebab-case, a code of {@link io.imagetransformer.event.IgnoredReason}
     * @param detail one line for a person
     */
    record Ignored(String reason, String detail) implements Outcome {}

    /**
     * Goes to the dead letter topic.
     *
     * @param stage where it failed: decode, fetch, transform, predict or file
     * @param reason a code of {@link DeadLetterReason}
     * @param message one line for a person
     */
    record Failed(String stage, String reason, String message) implements Outcome {}

    /** As the meters, logs and results call it: {@code filed}, {@code skipped}, {@code ignored} or {@code failed}. */
    default String name() {
        return getClass().getSimpleName().toLowerCase(Locale.ROOT);
    }
}
