package io.imagetransformer.command;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

import io.imagetransformer.delivery.DeadLetter;
import io.imagetransformer.delivery.DeadLetterReason;

/** Which dead letters are meant: those that fit every option that is given. */
final class DeadLetterFilter {
    @Option(
            names = "--reason",
            paramLabel = "CODE",
            converter = Code.class,
            description = "Only of this reason; may be given several times. docs/dead-letters.md lists them.")
    private List<String> reasons = new ArrayList<>();

    @Option(names = "--bucket", paramLabel = "NAME", description = "Only of objects in this bucket.")
    private @Nullable String bucket;

    @Option(names = "--key-prefix", paramLabel = "TEXT", description = "Only of objects whose key begins so.")
    private @Nullable String keyPrefix;

    @Option(
            names = "--since",
            paramLabel = "TIME",
            converter = Moment.class,
            description = "Only of this time or later: 2026-11-22T21:00:00Z, 2026-11-22, or 2h, 7d for so long ago.")
    private @Nullable Instant since;

    @Option(names = "--until", paramLabel = "TIME", converter = Moment.class, description = "Only of before this time.")
    private @Nullable Instant until;

    boolean isEmpty() {
        return reasons.isEmpty() && bucket == null && keyPrefix == null && since == null && until == null;
    }

    boolean fits(StoredDeadLetter letter) {
        Instant time = letter.time();
        return (since == null || !time.isBefore(since))
                && (until == null || time.isBefore(until))
                && (reasons.isEmpty() || reasons.stream().anyMatch(reason -> isOf(letter, reason)))
                && (bucket == null && keyPrefix == null
                        || letter.causes().stream().anyMatch(this::isAboutSuchAnObject));
    }

    private static boolean isOf(StoredDeadLetter letter, String reason) {
        return letter.reason().equals(reason)
                || letter.causes().stream().anyMatch(cause -> cause.reason().equals(reason));
    }

    private boolean isAboutSuchAnObject(DeadLetter.Cause cause) {
        String key = cause.key();
        return (bucket == null || bucket.equals(cause.bucket()))
                && (keyPrefix == null || key != null && key.startsWith(keyPrefix));
    }

    /** A code of the list: a misspelt one would find nothing, without a word. */
    static final class Code implements ITypeConverter<String> {
        @Override
        public String convert(String text) {
            if (DeadLetterReason.of(text).isEmpty()) {
                throw new TypeConversionException("'" + text + "' is no reason: docs/dead-letters.md lists them");
            }
            return text;
        }
    }
}
