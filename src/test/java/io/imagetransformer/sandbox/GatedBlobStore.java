package io.imagetransformer.sandbox;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Predicate;

import org.gaul.s3proxy.blobstore.BlobStore;
import org.gaul.s3proxy.blobstore.ForwardingBlobStore;
import org.gaul.s3proxy.blobstore.domain.MultipartUpload;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadResponse;
import software.amazon.awssdk.services.s3.model.CopyObjectRequest;
import software.amazon.awssdk.services.s3.model.CopyObjectResponse;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.DeleteObjectRequest;
import software.amazon.awssdk.services.s3.model.DeleteObjectResponse;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.Part;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.UploadPartRequest;
import software.amazon.awssdk.services.s3.model.UploadPartResponse;

/**
 * Shows each call to an observer, then refuses it or lets it through. An exception of the AWS SDK thrown by a store
 * becomes S3Proxy's answer, with its status and error code.
 */
final class GatedBlobStore extends ForwardingBlobStore {
    private record Refusal(S3Refusal how, double fraction, Predicate<S3Call> which) {}

    /** In bytes of UTF-8, as on AWS ("Naming Amazon S3 objects"); the store itself would take more. */
    private static final int LONGEST_KEY = 1_024;

    /** Always the same sequence, so that a failing test fails again. */
    private final Random dice = new Random(1);

    private volatile @Nullable Refusal refusal;
    private volatile Consumer<S3Call> observer = call -> {};

    GatedBlobStore(BlobStore store) {
        super(store);
    }

    void refuse(S3Refusal how, double fraction, Predicate<S3Call> which) {
        refusal = new Refusal(how, fraction, which);
    }

    void refuseNothing() {
        refusal = null;
    }

    void observe(Consumer<S3Call> newObserver) {
        observer = newObserver;
    }

    private void pass(S3Call.Operation operation, String bucket, String key) {
        pass(operation, bucket, key, InputStream.nullInputStream());
    }

    /** @param payload what the client uploads; of a refused call it is read to its end */
    private void pass(S3Call.Operation operation, String bucket, String key, InputStream payload) {
        S3Call call = new S3Call(operation, bucket, key);
        observer.accept(call);
        Refusal now = refusal;
        if (now != null && now.which().test(call) && dice.nextDouble() < now.fraction()) {
            drain(payload);
            throw error(now.how().status(), now.how().code(), now.how().message());
        }
        if (key.getBytes(StandardCharsets.UTF_8).length > LONGEST_KEY) {
            drain(payload);
            throw error(400, "KeyTooLongError", "Your key is too long");
        }
    }

    private static AwsServiceException error(int status, String code, String message) {
        return S3Exception.builder()
                .statusCode(status)
                .message(message)
                .awsErrorDetails(AwsErrorDetails.builder()
                        .errorCode(code)
                        .errorMessage(message)
                        .build())
                .build();
    }

    /** An answer to half an upload closes the connection, and the client, still writing, sees that instead of it. */
    private static void drain(InputStream payload) {
        try (payload) {
            payload.transferTo(OutputStream.nullOutputStream());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public @Nullable ResponseInputStream<GetObjectResponse> getBlob(GetObjectRequest request) {
        pass(S3Call.Operation.GET, request.bucket(), request.key());
        return super.getBlob(request);
    }

    @Override
    public @Nullable HeadObjectResponse blobMetadata(HeadObjectRequest request) {
        pass(S3Call.Operation.HEAD, request.bucket(), request.key());
        return super.blobMetadata(request);
    }

    @Override
    public PutObjectResponse putBlob(PutObjectRequest request, InputStream payload) {
        boolean bookkeeping = request.key().startsWith(NotifyingBlobStore.BOOKKEEPING_PREFIX);
        S3Call.Operation operation = bookkeeping ? S3Call.Operation.MULTIPART : S3Call.Operation.PUT;
        pass(operation, request.bucket(), request.key(), payload);
        return super.putBlob(request, payload);
    }

    @Override
    public CopyObjectResponse copyBlob(CopyObjectRequest request) {
        pass(S3Call.Operation.COPY, request.destinationBucket(), request.destinationKey());
        return super.copyBlob(request);
    }

    @Override
    public DeleteObjectResponse removeBlob(DeleteObjectRequest request) {
        pass(S3Call.Operation.DELETE, request.bucket(), request.key());
        return super.removeBlob(request);
    }

    @Override
    public ListObjectsV2Response list(ListObjectsV2Request request) {
        pass(S3Call.Operation.LIST, request.bucket(), "");
        return super.list(request);
    }

    @Override
    public MultipartUpload initiateMultipartUpload(CreateMultipartUploadRequest request) {
        pass(S3Call.Operation.MULTIPART, request.bucket(), request.key());
        return super.initiateMultipartUpload(request);
    }

    @Override
    public UploadPartResponse uploadMultipartPart(
            MultipartUpload upload, UploadPartRequest request, InputStream payload) {
        pass(S3Call.Operation.MULTIPART, upload.containerName(), upload.blobName(), payload);
        return super.uploadMultipartPart(upload, request, payload);
    }

    @Override
    public CompleteMultipartUploadResponse completeMultipartUpload(
            MultipartUpload upload, CompleteMultipartUploadRequest request) {
        pass(S3Call.Operation.MULTIPART, upload.containerName(), upload.blobName());
        return super.completeMultipartUpload(upload, request);
    }

    @Override
    public List<Part> listMultipartUpload(MultipartUpload upload) {
        pass(S3Call.Operation.MULTIPART, upload.containerName(), upload.blobName());
        return super.listMultipartUpload(upload);
    }
}
