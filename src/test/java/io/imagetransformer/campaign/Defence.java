package io.imagetransformer.campaign;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What makes a scenario pass, and edits of the distribution that take it away: the scenario has to fail then, or it
 * proves nothing.
 *
 * @param removed what the edits do, for the report
 * @param edits none where the defence is no text of the distribution
 */
record Defence(String removed, List<Edit> edits) {

    /** @param file within the distribution */
    record Edit(String file, String from, String to) {}

    static final Defence NONE = new Defence("", List.of());

    /** A failed call is repeated in place. */
    static final Defence RETRIES = of(
            "errors.camel.yaml: nothing is repeated (`retryWhile` of infrastructure-away: false)",
            new Edit(
                    "routes/errors.camel.yaml",
                    "          retryWhile:\n            method:\n              ref: retries\n              method: again\n          onExceptionOccurredRef",
                    "          retryWhile:\n            constant:\n              expression: \"false\"\n          onExceptionOccurredRef"));

    /** What could not be finished comes again. */
    static final Defence GIVE_BACK = of(
            "intake.camel.yaml: an unfinished batch is not given back (no step give-back-unfinished)",
            new Edit(
                    "routes/intake.camel.yaml",
                    "        - bean:\n            id: give-back-unfinished\n            ref: kafkaBatches\n            method: giveBackUnfinished\n",
                    ""));

    /** A dead letter is acknowledged before its record is committed. */
    static final Defence LETTER_BEFORE_COMMIT = of(
            "intake.camel.yaml: a dead letter that cannot be sent is let go (doTry around it)",
            new Edit(
                    "routes/intake.camel.yaml",
                    "              - to:\n                  id: send-dead-letter\n                  uri: direct:dead-letter\n",
                    "              - doTry:\n                  steps:\n                    - to:\n                        uri: direct:dead-letter\n"
                            + "                  doCatch:\n                    - exception: [java.lang.Exception]\n                      steps:\n"
                            + "                        - log: {message: lost}\n"));

    /** A dead letter that its topic does not take is sent without its value. */
    static final Defence VALUE_LEFT_OUT = of(
            "dead-letter.camel.yaml: RecordTooLargeException is not caught",
            new Edit(
                    "routes/dead-letter.camel.yaml",
                    "org.apache.kafka.common.errors.RecordTooLargeException",
                    "java.io.FileNotFoundException"));

    /** What nobody has committed yet is read from its beginning. */
    static final Defence EARLIEST = of(
            "intake.camel.yaml: autoOffsetReset latest",
            new Edit("routes/intake.camel.yaml", "autoOffsetReset: earliest", "autoOffsetReset: latest"));

    /** An instance that is refused is found among its neighbours. */
    static final Defence HALVING = of(
            "predict.camel.yaml: nothing is asked about in halves",
            new Edit("routes/predict.camel.yaml", "\"${body.refusedHalves}\"", "\"${null}\""));

    /** The predictor says when it wants to be asked again. */
    static final Defence RETRY_AFTER = of(
            "errors.camel.yaml: Retry-After is not honoured",
            new Edit("routes/errors.camel.yaml", "          onExceptionOccurredRef: \"chooseDelay\"\n", ""));

    static Defence of(String removed, Edit... edits) {
        return new Defence(removed, List.of(edits));
    }

    /** A defence in Java: no edit of the distribution removes it; the page tells which change was made by hand. */
    static Defence inJava(String what) {
        return new Defence(what, List.of());
    }

    boolean canBeRemoved() {
        return !edits.isEmpty();
    }

    void removeFrom(Path distribution) {
        edits.forEach(edit -> {
            try {
                Path file = distribution.resolve(edit.file());
                String text = Files.readString(file);
                if (!text.contains(edit.from())) {
                    throw new IllegalStateException(edit.file() + " has changed; there is no more: " + edit.from());
                }
                Files.writeString(file, text.replace(edit.from(), edit.to()));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }
}
