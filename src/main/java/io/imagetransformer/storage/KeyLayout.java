package io.imagetransformer.storage;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.imagetransformer.PermanentFailure;
import io.imagetransformer.config.InvalidSettingException;

/**
 * Where an image is filed: {@code output.key}, with {@code {label}}, {@code {bucket}} and {@code {key}} filled in. What
 * they hold is put in as it is and never read again: a key named {@code {label}} stays so.
 */
public final class KeyLayout {
    /** S3's limit, in bytes of UTF-8. */
    private static final int LONGEST_KEY = 1_024;

    private static final Pattern PLACEHOLDER = Pattern.compile("\\{([^{}]*)}");
    private static final List<String> KNOWN = List.of("label", "bucket", "key");
    private static final Pattern SAFE_LABEL = Pattern.compile("[\\p{L}\\p{N}][\\p{L}\\p{N} ._+@=-]{0,127}");

    private final String layout;

    /**
     * @param layout such as {@code {label}/{key}}
     * @throws InvalidSettingException where a placeholder is unknown or {@code {key}} is missing
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
        this.layout = layout;
    }

    /**
     * The key of the copy.
     *
     * @throws PermanentFailure {@code unsafe-label} for a label that is no plain path segment,
     *     {@code destination-key-too-long} over S3's 1,024 bytes
     */
    public String destination(String label, String bucket, String key) {
        boolean dots = label.chars().allMatch(c -> c == '.');
        if (!SAFE_LABEL.matcher(label).matches() || dots || label.endsWith(" ")) {
            throw new PermanentFailure(
                    "unsafe-label", "the model's label cannot be part of a key: " + printable(label));
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
                    "destination-key-too-long", "the key of the copy would have " + bytes + " bytes, S3 allows 1,024");
        }
        return destination;
    }

    private static String printable(String label) {
        String text = label.codePoints()
                .limit(40)
                .mapToObj(c -> c < 0x20 || c == 0x7f ? String.format("\\u%04x", c) : Character.toString(c))
                .reduce("", String::concat);
        return '"' + text + '"';
    }
}
