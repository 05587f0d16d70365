package io.imagetransformer.delivery;

/** How the work on one upload ended. */
public sealed interface Outcome {
    /** The copy is in {@code bucket} under {@code key}. */
    record Filed(String bucket, String key) implements Outcome {}

    /** The route ended well without a copy: it was edited to leave this image out. */
    record Skipped() implements Outcome {}

    /** Not for us. @param reason in kebab-case */
    record Ignored(String reason, String detail) implements Outcome {}

    /**
     * Goes to the dead letter topic.
     *
     * @param stage where it failed: decode, fetch, transform, predict or file
     * @param reason in kebab-case, of the closed list in {@code docs/dead-letters.md}
     * @param message one line for a person
     */
    record Failed(String stage, String reason, String message) implements Outcome {}

    /** As the meters and logs call it. */
    default String name() {
        return getClass().getSimpleName().toLowerCase(java.util.Locale.ROOT);
    }
}
