package io.imagetransformer.storage;

import io.imagetransformer.PermanentFailure;

/** The object was replaced since its event: the newer event tells of the newer bytes, this one is ignored. */
public final class ObjectSuperseded extends PermanentFailure {
    private static final long serialVersionUID = 1L;

    /** @param message one line for a person */
    public ObjectSuperseded(String message) {
        super("superseded", message);
    }
}
