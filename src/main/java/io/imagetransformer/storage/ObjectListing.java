package io.imagetransformer.storage;

import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.EncodingType;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * The objects of a bucket in the order of their keys (S3's: by bytes of UTF-8), fetched a page of 1,000 at a time when they
 * are asked for. Where a call throws, the same call may be made again: nothing is skipped.
 */
public final class ObjectListing implements Iterator<S3Object> {
    private final S3Client s3;
    private final String bucket;
    private final String prefix;
    private @Nullable String after;
    private Iterator<S3Object> page = List.<S3Object>of().iterator();
    private boolean last;

    /**
     * @param prefix of the keys; empty for all
     * @param after the listing begins behind this key; null: at the beginning
     */
    public ObjectListing(S3Client s3, String bucket, String prefix, @Nullable String after) {
        this.s3 = s3;
        this.bucket = bucket;
        this.prefix = prefix;
        this.after = after;
    }

    @Override
    public boolean hasNext() {
        while (!page.hasNext() && !last) {
            ListObjectsV2Response answer = s3.listObjectsV2(list -> list.bucket(bucket)
                    .prefix(prefix)
                    .startAfter(after)
                    // A key may hold what XML cannot.
                    .encodingType(EncodingType.URL));
            List<S3Object> objects = answer.contents();
            last = !Boolean.TRUE.equals(answer.isTruncated()) || objects.isEmpty();
            if (!objects.isEmpty()) {
                after = objects.get(objects.size() - 1).key();
            }
            page = objects.iterator();
        }
        return page.hasNext();
    }

    @Override
    public S3Object next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        return page.next();
    }
}
