package io.imagetransformer.storage;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

import io.imagetransformer.PermanentFailure;
import io.imagetransformer.config.InvalidSettingException;
import io.imagetransformer.delivery.DeadLetterReason;
import io.imagetransformer.event.Printable;

/**
 * Where an image is filed: {@code output.key}, with {@code {label}}, {@code {bucket}} and {@code {key}} filled in. What
 * they hold is put in as it is and never read again: a key named {@code {label}} stays so.
 */
public final class KeyLayout {
    /** S3's limit, in bytes of UTF-8. */
    private static final int LONGEST_KEY = 1_024;

    private static final Pattern PLACEHOLDER = Pattern.compile("\\{([^{}]*)}");
    private static final List<String> KNOWN = List.of("label", "bucket", "key");
    /** One plain segment of a path: no slash, no leading dot, nothing that a URI or a shell reads. Marks: Hindi, Thai, ... */
    private static final Pattern SAFE_LABEL = Pattern.compile("[\\p{L}\\p{N}][\\p{L}\\p{M}\\p{N} ._+@=-]{0,127}");

    private static final Pattern ORDERED = Pattern.compile("(?<before>[^{}]*)(?:\\{label}(?<between>[^{}]*))?\\{key}");

    private final String layout;

    /**
     * @param layout such as {@code {label}/{key}}
     * @throws InvalidSettingException where a placeholder is unknown, a brace stands alone or {@code {key}} is missing
     */
    public KeyLayout(String layout) {
        Matcher placeholder = PLACEHOLDER.matcher(layout);
        while (placeholder.find()) {
            if (!KNOWN.contains(placeholder.group(1))) {
                throw new InvalidSettingException("output.key=" + layout + " holds the unknown placeholder "
                        + placeholder.group() + ": known are {label}, {bucket} and {key}");
            }
        }
        if (!layout.contains("{key}")) {
            throw new InvalidSettingException(
                    "output.key=" + layout + " has no {key}: all images of a label would overwrite each other; add it");
        }
        if (PLACEHOLDER.matcher(layout).replaceAll("").matches(".*[{}].*")) {
            throw new InvalidSettingException("output.key=" + layout
                    + " holds a brace that belongs to no placeholder: write {label}, {bucket}, {key}");
        }
        this.layout = layout;
    }

    /**
     * The key of the copy.
     *
     * @param label of the prediction; a plain path segment of 128 characters at most
     * @param bucket of the source
     * @param key of the source, whole; whatever it holds is put in as it is
     * @throws PermanentFailure {@code unsafe-label} for a label that is no plain path segment,
     *     {@code destination-key-too-long} over S3's 1,024 bytes
     */
    public String destination(String label, String bucket, String key) {
        if (!SAFE_LABEL.matcher(label).matches() || label.endsWith(" ")) {
            throw new PermanentFailure(
                    DeadLetterReason.UNSAFE_LABEL.code(),
                    "the model's label cannot be part of a key: \"" + Printable.line(label) + '"');
        }
        String destination = PLACEHOLDER
                .matcher(layout)
                .replaceAll(placeholder -> Matcher.quoteReplacement(
                        switch (placeholder.group(1)) {
                            case "label" -> label;
                            case "bucket" -> bucket;
                            default -> key;
                        }));
        int bytes = destination.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > LONGEST_KEY) {
            throw new PermanentFailure(
                    DeadLetterReason.DESTINATION_KEY_TOO_LONG.code(),
                    "the key of the copy would have " + bytes + " bytes, S3 allows 1,024");
        }
        return destination;
    }

    /**
     * How a bucket with such copies can be listed in the order of their sources' keys: by label.
     *
     * @param before the text before the label; without a label: before the key
     * @param between the text between label and key, with a slash in it; null where the layout has no label
     */
    public record Order(String before, @Nullable String between) {
        /** Whether copies lie apart by their label. */
        public boolean hasLabel() {
            return between != null;
        }

        /**
         * What precedes the source's key in the copies under one label.
         *
         * @param folder up to the first slash behind the label, as S3 lists it by the delimiter {@code /}
         * @return empty where the folder is no label of ours
         */
        public Optional<String> prefixOf(String folder) {
            if (between == null || !folder.startsWith(before)) {
                return Optional.empty();
            }
            String upToSlash = between.substring(0, between.indexOf('/') + 1);
            String rest = folder.substring(before.length());
            if (!rest.endsWith(upToSlash)) {
                return Optional.empty();
            }
            String label = rest.substring(0, rest.length() - upToSlash.length());
            return SAFE_LABEL.matcher(label).matches() ? Optional.of(before + label + between) : Optional.empty();
        }
    }

    /**
     * The order of the copies of one source bucket; empty where the layout has none: the key is not its end, or no slash
     * parts label and key.
     */
    public Optional<Order> order(String bucket) {
        Matcher ordered = ORDERED.matcher(layout.replace("{bucket}", bucket));
        if (!ordered.matches()) {
            return Optional.empty();
        }
        String between = ordered.group("between");
        return between == null || between.contains("/")
                ? Optional.of(new Order(ordered.group("before"), between))
                : Optional.empty();
    }
}
