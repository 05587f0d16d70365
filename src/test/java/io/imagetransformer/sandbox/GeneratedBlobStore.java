package io.imagetransformer.sandbox;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Map;

import org.gaul.s3proxy.blobstore.BlobStore;
import org.gaul.s3proxy.blobstore.ForwardingBlobStore;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;

/** Asks {@link GeneratedObjects}, where there are any, before the store. */
final class GeneratedBlobStore extends ForwardingBlobStore {
    private static final String ETAG = "\"00000000000000000000000000000000\"";

    private volatile @Nullable GeneratedObjects objects;

    GeneratedBlobStore(BlobStore store) {
        super(store);
    }

    void generate(@Nullable GeneratedObjects newObjects) {
        objects = newObjects;
    }

    @Override
    public @Nullable ResponseInputStream<GetObjectResponse> getBlob(GetObjectRequest request) {
        GeneratedObjects now = objects;
        byte[] content = now == null ? null : now.read(request.bucket(), request.key());
        if (content == null) {
            return super.getBlob(request);
        }
        GetObjectResponse response = GetObjectResponse.builder()
                .contentLength((long) content.length)
                .contentType("image/png")
                .eTag(ETAG)
                .lastModified(Instant.EPOCH)
                .metadata(Map.of())
                .build();
        return new ResponseInputStream<>(response, new ByteArrayInputStream(content));
    }

    @Override
    public PutObjectResponse putBlob(PutObjectRequest request, InputStream payload) {
        GeneratedObjects now = objects;
        if (now == null) {
            return super.putBlob(request, payload);
        }
        try {
            byte[] content = payload.readAllBytes();
            return now.write(request.bucket(), request.key(), content)
                    ? PutObjectResponse.builder().eTag(ETAG).build()
                    : super.putBlob(request, new ByteArrayInputStream(content));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
