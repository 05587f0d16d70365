package io.imagetransformer.delivery;

import org.jspecify.annotations.Nullable;

import io.imagetransformer.TransientFailure;

/** The batch goes back to Kafka: its unfinished records come again. Not repeated in place. */
public final class BatchGivenBack extends TransientFailure {
    private static final long serialVersionUID = 1L;

    /** @param why one line for a person */
    public BatchGivenBack(String why, @Nullable Throwable cause) {
        super(why, cause);
    }

    @Override
    public int repeats() {
        return 0;
    }
}
