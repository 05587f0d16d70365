package io.imagetransformer.storage;

import java.net.URI;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.DelegatingS3Client;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Request;

import io.imagetransformer.PermanentFailure;
import io.imagetransformer.config.Settings;
import io.imagetransformer.delivery.Outages;

/** S3 clients from settings: one for the sources, one for the outputs, named by the routes. */
public final class S3Clients {
    private static final Set<String> REFUSED_CREDENTIALS = Set.of("InvalidAccessKeyId", "SignatureDoesNotMatch");

    private S3Clients() {}

    /**
     * A client whose calls throw nothing but our two failures, that does not retry by itself, and that tells of the
     * store's absence and return.
     *
     * @param connections how many calls may run side by side
     */
    public static S3Client create(Settings.Store store, int connections, Outages outages) {
        S3ClientBuilder builder = S3Client.builder()
                .region(Region.of(store.region()))
                .forcePathStyle(store.pathStyle())
                .endpointProvider(new RememberedEndpoints())
                .httpClientBuilder(ApacheHttpClient.builder()
                        .maxConnections(connections)
                        .connectionTimeout(store.timeout())
                        .socketTimeout(store.timeout())
                        .connectionAcquisitionTimeout(store.timeout())
                        .expectContinueEnabled(false))
                // Older stores know neither chunked uploads nor trailing checksums, and need none.
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                .serviceConfiguration(service -> service.chunkedEncodingEnabled(false))
                .overrideConfiguration(override -> override.retryStrategy(AwsRetryStrategy.doNotRetry())
                        .apiCallTimeout(store.timeout())
                        .addExecutionInterceptor(new SmallBodiesAtOnce()));
        if (!store.endpoint().isEmpty()) {
            builder.endpointOverride(URI.create(store.endpoint()));
        }
        if (store.accessKey().isInFile() || store.secretKey().isInFile()) {
            builder.credentialsProvider(new KeysFromFiles(store));
        } else if (store.accessKey().isGiven()) {
            builder.credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create(
                    store.accessKey().value(), store.secretKey().value())));
        }
        return new TranslatingClient(builder.build(), name(store), outages);
    }

    /** As a person knows the store, and {@link Outages}. */
    public static String name(Settings.Store store) {
        return "S3 at " + (store.endpoint().isEmpty() ? "AWS " + store.region() : store.endpoint());
    }

    /** @param thrown by the SDK */
    public static boolean isNoSuchBucket(@Nullable Throwable thrown) {
        return "NoSuchBucket".equals(code(thrown));
    }

    /**
     * What only a person can mend: a line that says so, where the credentials are refused.
     *
     * @param thrown by the SDK
     */
    public static Optional<String> refusedCredentials(@Nullable Throwable thrown) {
        return Optional.of(code(thrown))
                .filter(REFUSED_CREDENTIALS::contains)
                .map(code -> "S3 refuses our credentials (" + code
                        + "): correct s3.access-key and s3.secret-key (or output.s3.*)");
    }

    private static String code(@Nullable Throwable thrown) {
        return thrown instanceof AwsServiceException answer
                        && answer.awsErrorDetails() != null
                        && answer.awsErrorDetails().errorCode() != null
                ? answer.awsErrorDetails().errorCode()
                : "";
    }

    /** Says of every call what became of it, in our own terms. */
    private static final class TranslatingClient extends DelegatingS3Client {
        private final String store;
        private final Outages outages;

        TranslatingClient(S3Client client, String store, Outages outages) {
            super(client);
            this.store = store;
            this.outages = outages;
        }

        @Override
        protected <T extends S3Request, R> R invokeOperation(T request, Function<T, R> operation) {
            long sent = outages.now();
            try {
                R answer = super.invokeOperation(request, operation);
                if (!outages.isEmpty()) {
                    if (!(request instanceof GetObjectRequest)) {
                        outages.back(store, sent);
                    } // else its bytes are still to come, and who reads them tells
                    outages.back(bucket(request), sent);
                }
                return answer;
            } catch (SdkException e) {
                RuntimeException failure = S3Failures.of(store, request, e);
                if (isAboutTheObject(request, e, failure)) {
                    outages.back(store, sent);
                } else if (isNoSuchBucket(e)) {
                    // That another bucket can be read says nothing of this one.
                    outages.back(store, sent);
                    outages.lost(bucket(request), String.valueOf(failure.getMessage()));
                } else {
                    outages.lost(store, String.valueOf(failure.getMessage()));
                }
                throw failure;
            }
        }

        private String bucket(S3Request request) {
            return "bucket " + request.getValueForField("Bucket", String.class).orElse("") + " of " + store;
        }

        /**
         * Whether the store is there and its answer is about the object alone. An image that waits for a key, a policy or
         * a bucket waits for the store.
         */
        private static boolean isAboutTheObject(S3Request request, SdkException thrown, RuntimeException failure) {
            boolean answered = thrown instanceof AwsServiceException answer && answer.statusCode() < 500;
            boolean onImages = request instanceof GetObjectRequest || request instanceof PutObjectRequest;
            return answered && (!onImages || failure instanceof PermanentFailure || failure instanceof ObjectMissing);
        }
    }
}
