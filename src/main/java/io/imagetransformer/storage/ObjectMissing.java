package io.imagetransformer.storage;

import io.imagetransformer.TransientFailure;

/** The object of an event is not there: maybe not yet (a store that is eventually consistent), so it is asked once more. */
public final class ObjectMissing extends TransientFailure {
    private static final long serialVersionUID = 1L;

    /** @param message one line for a person */
    public ObjectMissing(String message) {
        super(message);
    }

    @Override
    public int repeats() {
        return 1;
    }
}
