package io.imagetransformer.storage;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

import io.imagetransformer.event.ObjectRef;
import io.imagetransformer.predictor.Prediction;

/**
 * What a filed copy tells of its origin, as user metadata ({@code x-amz-meta-image-transformer-...}): source bucket and
 * key, version and ETag, model, label, confidence. Values are URL-encoded (as HTML forms are, slashes kept), so plain
 * ASCII.
 *
 * <p>S3 allows 2 KB of user metadata in all, and the uploader's own wins: where both do not fit, ours shrinks to
 * {@code source-sha256}, the SHA-256 of {@code bucket/key} in UTF-8, then to nothing. A copy with our provenance is never
 * taken as a source.
 */
public final class Provenance {
    private static final String PREFIX = "image-transformer-";
    private static final int ROOM = 2_048;

    /** AWS counts names without it, MinIO with it: counted, what we add fits both. */
    private static final int HEADER = "x-amz-meta-".length();

    private Provenance() {}

    /**
     * Whether an object with this user metadata was filed by us.
     *
     * @param userMetadata names without {@code x-amz-meta-}, in any case
     */
    public static boolean isIn(Map<String, String> userMetadata) {
        return userMetadata.keySet().stream()
                .anyMatch(name -> name.toLowerCase(Locale.ROOT).startsWith(PREFIX));
    }

    /**
     * Whether a copy with this user metadata tells that it was made of an object with this ETag.
     *
     * @param userMetadata names without {@code x-amz-meta-}, in any case
     * @param eTag of the source, without quotes
     */
    public static boolean namesSource(Map<String, String> userMetadata, String eTag) {
        return userMetadata.entrySet().stream()
                .anyMatch(entry -> entry.getKey().equalsIgnoreCase(PREFIX + "source-etag")
                        && entry.getValue().equals(encoded(eTag)));
    }

    /**
     * The user metadata of the copy.
     *
     * @param userMetadata the uploader's, names without {@code x-amz-meta-}; kept as it is
     * @param object the source
     * @param model that predicted
     * @return names without {@code x-amz-meta-}
     */
    public static Map<String, String> added(
            Map<String, String> userMetadata, ObjectRef object, String model, Prediction prediction) {
        Map<String, String> full = new LinkedHashMap<>(userMetadata);
        full.put(PREFIX + "source", encoded(object.bucket()) + '/' + encoded(object.key()));
        if (object.versionId() != null) {
            full.put(PREFIX + "source-version", encoded(object.versionId()));
        }
        if (object.eTag() != null) {
            full.put(PREFIX + "source-etag", encoded(object.eTag()));
        }
        full.put(PREFIX + "model", encoded(model));
        full.put(PREFIX + "label", encoded(prediction.label()));
        if (prediction.confidence() != null) {
            full.put(PREFIX + "confidence", prediction.confidence().toString());
        }
        if (size(full) <= ROOM) {
            return full;
        }
        Map<String, String> digested = new LinkedHashMap<>(userMetadata);
        digested.put(PREFIX + "source-sha256", sha256(object.bucket() + '/' + object.key()));
        return size(digested) <= ROOM ? digested : userMetadata;
    }

    private static int size(Map<String, String> metadata) {
        int size = 0;
        for (Map.Entry<String, String> entry : metadata.entrySet()) {
            size += HEADER + utf8(entry.getKey()).length + utf8(entry.getValue()).length;
        }
        return size;
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("%2F", "/");
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String sha256(String text) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(utf8(text)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
