package io.imagetransformer.sandbox;

import java.io.InputStream;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

import org.gaul.s3proxy.blobstore.BlobStore;
import org.gaul.s3proxy.blobstore.ForwardingBlobStore;
import org.gaul.s3proxy.blobstore.domain.MultipartUpload;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadResponse;
import software.amazon.awssdk.services.s3.model.CopyObjectRequest;
import software.amazon.awssdk.services.s3.model.CopyObjectResponse;
import software.amazon.awssdk.services.s3.model.DeleteObjectRequest;
import software.amazon.awssdk.services.s3.model.DeleteObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;

/**
 * Announces what happens to objects of some buckets, as MinIO does: one event for each put, copy, completed multipart
 * upload and delete that succeeded. A delete of nothing is not announced.
 */
final class NotifyingBlobStore extends ForwardingBlobStore {
    /** S3Proxy puts such an object for each multipart upload that is under way, and removes it afterwards. */
    static final String BOOKKEEPING_PREFIX = ".s3proxy-mpu-stub-";

    private static final int LOCKS = 1_024;

    private final Set<String> buckets;
    private final MinioEvents events;
    private final BiConsumer<String, byte[]> publisher;
    private final Object[] locks = new Object[LOCKS];

    /**
     * @param buckets the buckets whose objects are announced
     * @param publisher takes the key and the value of each Kafka record, in the order of the sequencers of a key
     */
    NotifyingBlobStore(BlobStore store, Set<String> buckets, MinioEvents events, BiConsumer<String, byte[]> publisher) {
        super(store);
        this.buckets = buckets;
        this.events = events;
        this.publisher = publisher;
        for (int i = 0; i < LOCKS; i++) {
            locks[i] = new Object();
        }
    }

    @Override
    public PutObjectResponse putBlob(PutObjectRequest request, InputStream payload) {
        return announced(
                "s3:ObjectCreated:Put", request.bucket(), request.key(), () -> super.putBlob(request, payload));
    }

    @Override
    public CopyObjectResponse copyBlob(CopyObjectRequest request) {
        return announced(
                "s3:ObjectCreated:Copy",
                request.destinationBucket(),
                request.destinationKey(),
                () -> super.copyBlob(request));
    }

    @Override
    public CompleteMultipartUploadResponse completeMultipartUpload(
            MultipartUpload upload, CompleteMultipartUploadRequest request) {
        return announced(
                "s3:ObjectCreated:CompleteMultipartUpload",
                upload.containerName(),
                upload.blobName(),
                () -> super.completeMultipartUpload(upload, request));
    }

    /** Writes under a lock of the key, so that the later sequencer belongs to the bytes that stay. */
    private <T> T announced(String eventName, String bucket, String key, Supplier<T> write) {
        if (!isAnnounced(bucket, key)) {
            return write.get();
        }
        synchronized (lockOf(bucket, key)) {
            T response = write.get();
            HeadObjectResponse object = delegate()
                    .blobMetadata(
                            HeadObjectRequest.builder().bucket(bucket).key(key).build());
            publish(bucket, key, events.created(eventName, bucket, key, object));
            return response;
        }
    }

    @Override
    public DeleteObjectResponse removeBlob(DeleteObjectRequest request) {
        String bucket = request.bucket();
        String key = request.key();
        if (!isAnnounced(bucket, key)) {
            return super.removeBlob(request);
        }
        synchronized (lockOf(bucket, key)) {
            boolean existed = request.versionId() != null || delegate().blobExists(bucket, key);
            DeleteObjectResponse response = super.removeBlob(request);
            boolean marker = Boolean.TRUE.equals(response.deleteMarker()) && request.versionId() == null;
            if (marker || existed) {
                String eventName = marker ? "s3:ObjectRemoved:DeleteMarkerCreated" : "s3:ObjectRemoved:Delete";
                @Nullable String versionId = marker ? response.versionId() : request.versionId();
                publish(bucket, key, events.removed(eventName, bucket, key, versionId));
            }
            return response;
        }
    }

    private void publish(String bucket, String key, byte[] event) {
        publisher.accept(bucket + "/" + key, event);
    }

    private boolean isAnnounced(String bucket, String key) {
        return buckets.contains(bucket) && !key.startsWith(BOOKKEEPING_PREFIX);
    }

    private Object lockOf(String bucket, String key) {
        return locks[Math.floorMod(31 * bucket.hashCode() + key.hashCode(), LOCKS)];
    }
}
