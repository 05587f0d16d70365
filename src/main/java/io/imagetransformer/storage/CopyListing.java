package io.imagetransformer.storage;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CommonPrefix;
import software.amazon.awssdk.services.s3.model.EncodingType;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * The copies in an output bucket, walked beside their sources: under each label they are listed in the order of their
 * sources' keys, so that each is listed once and a page of each label is in memory.
 *
 * <p>A store that lists in another order, or a label that is new since the walk began, can hide a copy, and never shows one
 * that is not there.
 */
public final class CopyListing {
    private final List<UnderOneLabel> labels = new ArrayList<>();

    /**
     * One copy.
     *
     * @param eTag without quotes
     */
    public record Copy(String bucket, String key, String eTag, long size) {}

    /**
     * Lists the labels, in as many calls as they need.
     *
     * @param order how the layout's keys can be listed
     * @param keyPrefix of the sources' keys
     * @param after the first source that is asked for is behind this key; null: any
     */
    public CopyListing(S3Client s3, String bucket, KeyLayout.Order order, String keyPrefix, @Nullable String after) {
        for (String prefix : prefixes(s3, bucket, order)) {
            String begin = after == null ? null : prefix + after;
            labels.add(new UnderOneLabel(bucket, prefix, new ObjectListing(s3, bucket, prefix + keyPrefix, begin)));
        }
    }

    private static List<String> prefixes(S3Client s3, String bucket, KeyLayout.Order order) {
        if (!order.hasLabel()) {
            return List.of(order.before());
        }
        List<String> prefixes = new ArrayList<>();
        String token = null;
        do {
            String next = token;
            ListObjectsV2Response answer = s3.listObjectsV2(list -> list.bucket(bucket)
                    .prefix(order.before())
                    .delimiter("/")
                    .continuationToken(next)
                    .encodingType(EncodingType.URL));
            answer.commonPrefixes().stream()
                    .map(CommonPrefix::prefix)
                    .map(order::prefixOf)
                    .flatMap(Optional::stream)
                    .forEach(prefixes::add);
            token = answer.nextContinuationToken();
        } while (token != null);
        return prefixes;
    }

    /**
     * The copies of a source, under whatever labels.
     *
     * @param key of the source; each call's behind the one before, by bytes of UTF-8
     */
    public List<Copy> of(String key) {
        List<Copy> copies = new ArrayList<>();
        byte[] wanted = key.getBytes(StandardCharsets.UTF_8);
        for (UnderOneLabel label : labels) {
            Copy copy = label.find(key, wanted);
            if (copy != null) {
                copies.add(copy);
            }
        }
        return copies;
    }

    private static final class UnderOneLabel {
        private final String bucket;
        private final String prefix;
        private final Iterator<S3Object> listing;
        private @Nullable S3Object next;

        UnderOneLabel(String bucket, String prefix, Iterator<S3Object> listing) {
            this.bucket = bucket;
            this.prefix = prefix;
            this.listing = listing;
        }

        @Nullable
        Copy find(String key, byte[] wanted) {
            while (next != null || listing.hasNext()) {
                if (next == null) {
                    next = listing.next();
                }
                String source = next.key().substring(prefix.length());
                if (source.equals(key)) {
                    return new Copy(bucket, next.key(), withoutQuotes(next.eTag()), next.size());
                }
                if (Arrays.compareUnsigned(source.getBytes(StandardCharsets.UTF_8), wanted) > 0) {
                    return null;
                }
                next = null;
            }
            return null;
        }
    }

    /** S3 quotes ETags in its answers. */
    public static String withoutQuotes(@Nullable String eTag) {
        return eTag == null ? "" : eTag.replace("\"", "");
    }
}
