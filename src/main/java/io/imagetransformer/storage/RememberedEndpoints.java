package io.imagetransformer.storage;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.endpoints.Endpoint;
import software.amazon.awssdk.services.s3.endpoints.S3EndpointParams;
import software.amazon.awssdk.services.s3.endpoints.S3EndpointProvider;

/**
 * The AWS SDK's own endpoints, worked out once for each bucket. The SDK evaluates its rules twice for every call (for the
 * address, and for who signs), which was 5 % of the time of a small image. Of what the rules look at, the bucket and two
 * flags differ from call to call of one client; the object's key is not looked at.
 *
 * <p>Source: {@code endpoint-rule-set.json} of the SDK's S3 service.
 */
final class RememberedEndpoints implements S3EndpointProvider {
    /** Bucket names come from events where {@code source.buckets=*}: no more are remembered than a team has. */
    private static final int MOST = 1_000;

    private final S3EndpointProvider rules = S3EndpointProvider.defaultProvider();
    private final Map<Asked, CompletableFuture<Endpoint>> remembered = new ConcurrentHashMap<>();

    private record Asked(
            @Nullable String bucket,
            @Nullable Boolean s3ExpressControl,
            @Nullable Boolean noS3ExpressSession) {}

    @Override
    public CompletableFuture<Endpoint> resolveEndpoint(S3EndpointParams params) {
        Asked asked =
                new Asked(params.bucket(), params.useS3ExpressControlEndpoint(), params.disableS3ExpressSessionAuth());
        CompletableFuture<Endpoint> endpoint = remembered.get(asked);
        if (endpoint == null) {
            endpoint = rules.resolveEndpoint(params);
            if (!endpoint.isCompletedExceptionally() && remembered.size() < MOST) {
                remembered.put(asked, endpoint);
            }
        }
        return endpoint;
    }
}
