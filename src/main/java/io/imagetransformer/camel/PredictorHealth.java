package io.imagetransformer.camel;

import java.util.Optional;

/** Whether the predictor can be asked, by its own word. */
@FunctionalInterface
public interface PredictorHealth {
    /** Why it cannot, for a person; nothing where it can. Takes a few seconds at most. */
    Optional<String> trouble();
}
