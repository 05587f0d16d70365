package io.imagetransformer.event;

import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * Which object an upload event is about. All of it was said by the event, and none of it is checked against the store.
 *
 * @param bucket its name: letters, digits, {@code . _ -}, at most 255
 * @param key decoded: 1 to 1,024 bytes of UTF-8, no NUL, no lone surrogates; else anything, {@code ../x}, {@code /x} and
 *     line feeds included
 * @param versionId the version that was written, visible ASCII; null if the bucket keeps none. {@code "null"}, the
 *     version of a bucket whose versioning is suspended, counts as none: it is overwritten in place, so it pins nothing
 *     that the ETag does not, and reading by it would need a further permission ({@code s3:GetObjectVersion})
 * @param eTag without quotes, visible ASCII; null if not told
 * @param size bytes; null if not told or unreadable. MinIO tells none for an empty object
 * @param contentType as the store tells it, visible ASCII and spaces; null if not told. S3 itself never does
 * @param eventTime when the store says that it happened; null if not told or unreadable
 * @param sequencer hexadecimal, in upper case; null if not told. See {@link #isNewerThan}
 * @param eventSource {@code minio:s3}, {@code aws:s3}, {@code ceph:s3}, {@code rustfs:s3}, {@code aws.s3}
 *     (EventBridge) …; letters, digits, {@code . _ : -};
 *     {@code unknown} if not told or unreadable
 * @param eventName without {@code s3:}: {@code ObjectCreated:Put}, {@code ObjectCreated:CompleteMultipartUpload} …
 */
public record ObjectRef(
        String bucket,
        String key,
        @Nullable String versionId,
        @Nullable String eTag,
        @Nullable Long size,
        @Nullable String contentType,
        @Nullable Instant eventTime,
        @Nullable String sequencer,
        String eventSource,
        String eventName) {

    /** Whether both events are about one bucket and key, of whatever version. */
    public boolean isSameObjectAs(ObjectRef other) {
        return bucket.equals(other.bucket) && key.equals(other.key);
    }

    /**
     * Whether this event is surely the later one of two about the same object. False both ways means that nobody knows:
     * another object, a missing sequencer, or the same event again.
     *
     * <p>Sequencers are hexadecimal and grow with time, per object; of different lengths, the shorter one is padded with
     * zeros. Amazon's own pages say "left" (the notification structure, of old) and "right" (the same page later, and the
     * Knowledge Center's on duplicate messages). A wrong guess would drop the newer upload, so that with different
     * lengths the order counts as known only where both readings agree.
     */
    public boolean isNewerThan(ObjectRef other) {
        String mine = sequencer;
        String theirs = other.sequencer;
        if (mine == null || theirs == null || !isSameObjectAs(other)) {
            return false;
        }
        int length = Math.max(mine.length(), theirs.length());
        String zeros = "0".repeat(length);
        boolean laterPaddedLeft = lastOf(zeros + mine, length).compareTo(lastOf(zeros + theirs, length)) > 0;
        boolean laterPaddedRight =
                (mine + zeros).substring(0, length).compareTo((theirs + zeros).substring(0, length)) > 0;
        return laterPaddedLeft && laterPaddedRight;
    }

    /**
     * Whether the object may not be there although nobody deleted it: Ceph announces {@code ObjectCreated:Post} already
     * when a multipart upload begins (ceph {@code doc/radosgw/s3-notification-compatibility.rst}).
     */
    public boolean mayNotExistYet() {
        return eventSource.equals("ceph:s3") && eventName.equals("ObjectCreated:Post");
    }

    private static String lastOf(String text, int length) {
        return text.substring(text.length() - length);
    }
}
