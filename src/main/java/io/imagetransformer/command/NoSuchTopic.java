package io.imagetransformer.command;

/** A topic that nobody created so far. */
final class NoSuchTopic extends CommandFailure {
    private static final long serialVersionUID = 1L;

    NoSuchTopic(String message) {
        super(message);
    }
}
