package io.imagetransformer.serve;

import org.jspecify.annotations.Nullable;

/**
 * The form that the answer to a request takes.
 *
 * @param protocol by the path
 * @param mode as the event came, so its answer goes
 * @param id of a V2 request, given back; null without
 */
public record Reply(Protocol protocol, Mode mode, @Nullable String id) {
    enum Protocol {
        V1,
        V2
    }

    enum Mode {
        /** No CloudEvent. */
        PLAIN,
        /** CloudEvents' attributes are headers. */
        BINARY,
        /** One JSON document holds attributes and data. */
        STRUCTURED,
        /** A list of such documents. */
        BATCHED
    }
}
