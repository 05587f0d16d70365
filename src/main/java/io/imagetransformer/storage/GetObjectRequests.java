package io.imagetransformer.storage;

import software.amazon.awssdk.services.s3.model.GetObjectRequest;

import io.imagetransformer.PermanentFailure;
import io.imagetransformer.event.ObjectRef;
import io.imagetransformer.image.RefusedReason;

/** Asks for exactly the bytes that an event tells of: its version, or the object as long as its ETag is the event's. */
public final class GetObjectRequests {
    private final long maxBytes;

    /** @param maxBytes an object that its event says to be larger is refused unread */
    public GetObjectRequests(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /**
     * The request; an event that tells neither version nor ETag gets the object as it is by now.
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
        GetObjectRequest.Builder request =
                GetObjectRequest.builder().bucket(object.bucket()).key(object.key());
        if (object.versionId() != null) {
            request.versionId(object.versionId());
        } else if (object.eTag() != null) {
            request.ifMatch('"' + object.eTag() + '"');
        }
        return request.build();
    }
}
