package io.imagetransformer.event;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * From the key as an event spells it to the key as the store knows it; {@code docs/decisions/0002-key-decoding.md} tells
 * why. In this order:
 *
 * <ol>
 *   <li>the source has an override: the record's key is read as that says;
 *   <li>an envelope's {@code Key} that begins with the bucket and {@code /}: the rest of it is raw (MinIO and RustFS
 *       unescape it before they publish);
 *   <li>{@code aws:s3}, {@code minio:s3} and {@code rustfs:s3}: the record's key is form-decoded, once;
 *   <li>else it is raw.
 * </ol>
 */
final class KeyRule {

    /** A key, or why there is none. */
    sealed interface Outcome {
        record Key(String value) implements Outcome {}

        record Bad(String detail) implements Outcome {}
    }

    private static final Map<String, KeyEncoding> FORM_ENCODED =
            Map.of("aws:s3", KeyEncoding.FORM, "minio:s3", KeyEncoding.FORM, "rustfs:s3", KeyEncoding.FORM);

    private final Map<String, KeyEncoding> overrides;
    private final int maxKeyBytes;

    KeyRule(Map<String, KeyEncoding> overrides, int maxKeyBytes) {
        this.overrides = Map.copyOf(overrides);
        this.maxKeyBytes = maxKeyBytes;
    }

    /**
     * @param recordKey as it stands in the event record
     * @param envelopeKey the envelope's {@code Key}; null if there is none, or if it cannot be about this record alone
     */
    Outcome keyOf(String eventSource, String bucket, String recordKey, @Nullable String envelopeKey) {
        KeyEncoding override = overrides.get(eventSource);
        if (override != null) {
            return read(recordKey, override);
        }
        KeyEncoding encoding = FORM_ENCODED.getOrDefault(eventSource, KeyEncoding.RAW);
        String raw = envelopeKey == null ? "" : afterBucket(bucket, envelopeKey);
        // Spelled alike in both places, the envelope's key was never unescaped: the record's rule is the right one.
        if (raw.isEmpty() || raw.equals(recordKey)) {
            return read(recordKey, encoding);
        }
        return read(raw, KeyEncoding.RAW);
    }

    private static String afterBucket(String bucket, String envelopeKey) {
        String prefix = bucket + "/";
        return envelopeKey.startsWith(prefix) ? envelopeKey.substring(prefix.length()) : "";
    }

    private Outcome read(String spelled, KeyEncoding encoding) {
        byte[] bytes = Utf8.encode(spelled);
        if (bytes == null) {
            return new Outcome.Bad("the key has a lone surrogate: " + spelled);
        }
        if (encoding == KeyEncoding.FORM) {
            bytes = formDecoded(bytes);
            if (bytes == null) {
                return new Outcome.Bad("a % without two hexadecimal digits in the form-encoded key: " + spelled);
            }
        }
        String key = Utf8.decode(bytes, StandardCharsets.UTF_8);
        if (key == null) {
            return new Outcome.Bad("the form-encoded key is no UTF-8: " + spelled);
        }
        if (key.isEmpty()) {
            return new Outcome.Bad("the key is empty");
        }
        if (bytes.length > maxKeyBytes) {
            return new Outcome.Bad(
                    "the key has " + bytes.length + " bytes, over " + maxKeyBytes + ", and begins with: " + key);
        }
        // Legal for S3 in theory; MinIO refuses it, and whatever is written in C would see another, shorter key.
        if (key.indexOf('\0') >= 0) {
            return new Outcome.Bad("the key contains NUL: " + key);
        }
        return new Outcome.Key(key);
    }

    private static byte @Nullable [] formDecoded(byte[] spelled) {
        ByteArrayOutputStream decoded = new ByteArrayOutputStream(spelled.length);
        for (int i = 0; i < spelled.length; i++) {
            if (spelled[i] == '+') {
                decoded.write(' ');
            } else if (spelled[i] != '%') {
                decoded.write(spelled[i]);
            } else {
                int high = i + 2 < spelled.length ? Character.digit(spelled[i + 1], 16) : -1;
                int low = i + 2 < spelled.length ? Character.digit(spelled[i + 2], 16) : -1;
                if (high < 0 || low < 0) {
                    return null;
                }
                decoded.write(high << 4 | low);
                i += 2;
            }
        }
        return decoded.toByteArray();
    }
}
