package io.imagetransformer.storage;

import java.time.temporal.ChronoUnit;

import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

import io.imagetransformer.PermanentFailure;
import io.imagetransformer.event.ObjectRef;
import io.imagetransformer.image.RefusedReason;

/**
 * Asks for exactly the bytes that an event tells of, and only as long as they are the object's newest: what is filed lies
 * under one key, whichever version it was.
 */
public final class GetObjectRequests {
    private final long maxBytes;

    /** @param maxBytes an object that its event says to be larger is refused unread */
    public GetObjectRequests(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /**
     * The request, for the object as it is by now: where the event tells a version, {@link #requireNewest} is to look at
     * the answer (an old version can be had for ever, by its id); where it tells an ETag alone, S3 itself refuses what was
     * replaced, with 412.
     *
     * @throws PermanentFailure {@code too-many-bytes} where the event already tells of more than is read
     */
    public GetObjectRequest of(ObjectRef object) {
        Long size = object.size();
        if (size != null && size > maxBytes) {
            throw new PermanentFailure(
                    RefusedReason.TOO_MANY_BYTES.code(),
                    "the object has " + size + " bytes, image.max-bytes allows " + maxBytes);
        }
        return newest(object).build();
    }

    /** As {@link #of}, for one byte: to learn whether the object that was fetched is still the newest of its key. */
    public GetObjectRequest firstByteOf(ObjectRef object) {
        return newest(object).range("bytes=0-0").build();
    }

    private static GetObjectRequest.Builder newest(ObjectRef object) {
        GetObjectRequest.Builder request =
                GetObjectRequest.builder().bucket(object.bucket()).key(object.key());
        if (object.versionId() == null && object.eTag() != null) {
            request.ifMatch('"' + object.eTag() + '"');
        }
        return request;
    }

    /**
     * Looks whether the object is still the one of the event. A store that tells no version (one without versions, to which
     * a bucket was moved) is asked by its ETag.
     *
     * @throws ObjectSuperseded if the object was replaced; its newer event tells of the newer bytes
     * @throws ObjectMissing if the version was deleted, and an older one is the object again, of which no event will tell
     */
    public static void requireNewest(ObjectRef object, GetObjectResponse answer) {
        if (object.versionId() == null) {
            return;
        }
        boolean newest = answer.versionId() != null
                ? object.versionId().equals(answer.versionId())
                : object.eTag() == null
                        || answer.eTag() == null
                        || object.eTag().equals(answer.eTag().replace("\"", ""));
        if (!newest) {
            // Times of objects have no fractions. In doubt it is missing: that is told, and can be replayed.
            boolean older = object.eventTime() != null
                    && answer.lastModified() != null
                    && answer.lastModified().isBefore(object.eventTime().truncatedTo(ChronoUnit.SECONDS));
            if (older) {
                throw new ObjectMissing("the object's version is gone, an older one took its place");
            }
            throw new ObjectSuperseded("the object has a newer version than the event's");
        }
    }
}
