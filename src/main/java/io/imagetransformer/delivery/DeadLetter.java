package io.imagetransformer.delivery;

import java.util.List;

import org.jspecify.annotations.Nullable;

import io.imagetransformer.event.Printable;

/**
 * A record that we will never accept, with every cause.
 *
 * @param record as it came; null over HTTP, where the answer tells instead
 * @param causes at least one: one per part of the record that is malformed, then one per failed object
 */
public record DeadLetter(@Nullable SourceRecord record, List<Cause> causes) {
    public DeadLetter {
        causes = List.copyOf(causes);
    }

    /**
     * Why one object failed.
     *
     * @param stage decode, fetch, transform, predict or file
     * @param reason a code of {@link DeadLetterReason}
     * @param message for a person; made one line of some 300 characters at most
     * @param attempts how often the stage was tried on this object before it was given up; of predict: how often the
     *     predictor refused it
     * @param bucket of the object; null where the record could not be read
     * @param key of the object, decoded and as hostile as its uploader; null where the record could not be read
     */
    public record Cause(
            String stage,
            String reason,
            String message,
            int attempts,
            @Nullable String bucket,
            @Nullable String key) {
        public Cause {
            message = Printable.line(message);
        }
    }
}
