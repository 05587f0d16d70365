package io.imagetransformer.delivery;

import java.util.Locale;

/** The names of the headers that a dead letter has besides its record's own: see {@code docs/dead-letters.md}. */
public final class DeadLetterHeaders {
    public static final String REASON = "dead-letter-reason";
    public static final String STAGE = "dead-letter-stage";
    public static final String MESSAGE = "dead-letter-message";
    public static final String ATTEMPTS = "dead-letter-attempts";
    public static final String CAUSES = "dead-letter-causes";
    public static final String CAUSE_COUNT = "dead-letter-cause-count";
    public static final String TOPIC = "dead-letter-topic";
    public static final String PARTITION = "dead-letter-partition";
    public static final String OFFSET = "dead-letter-offset";
    public static final String TIME = "dead-letter-time";
    public static final String VERSION = "dead-letter-version";
    public static final String LEFT_OUT = "dead-letter-left-out";
    public static final String VALUE_BYTES = "dead-letter-value-bytes";
    public static final String VALUE_SHA256 = "dead-letter-value-sha256";

    /**
     * Of a record that was replayed: how often. It goes with the record, so that a dead letter of a replayed record tells
     * it, too.
     */
    public static final String REPLAYS = "kafka-image-transformer-replays";

    private static final String PREFIX = "dead-letter-";
    private static final String ORIGINAL = PREFIX + "original-";

    private DeadLetterHeaders() {}

    /** The name under which a dead letter carries a header of its record: those that would steer somebody are set apart. */
    public static String carried(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        boolean steers =
                lower.startsWith("camel") || lower.startsWith("org.apache.camel") || lower.startsWith("kafka.");
        return steers || lower.startsWith(PREFIX) ? ORIGINAL + name : name;
    }

    /** Whether a header of a dead letter is one of its record's own. */
    public static boolean isCarried(String name) {
        return name.startsWith(ORIGINAL) || !name.startsWith(PREFIX);
    }

    /** The name that a carried header had: the other way round of {@link #carried}. */
    public static String original(String name) {
        return name.startsWith(ORIGINAL) ? name.substring(ORIGINAL.length()) : name;
    }
}
