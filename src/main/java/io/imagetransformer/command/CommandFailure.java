package io.imagetransformer.command;

/** A command cannot go on; its message is one line for a person, with what to do. */
public class CommandFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    CommandFailure(String message) {
        super(message);
    }
}
