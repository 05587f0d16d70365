package io.imagetransformer.storage;

import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.endpoints.Endpoint;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.endpoints.S3EndpointParams;
import software.amazon.awssdk.services.s3.endpoints.S3EndpointProvider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class EndpointsAreRememberedTest {
    private final RememberedEndpoints endpoints = new RememberedEndpoints();

    static Stream<S3EndpointParams> clients() {
        return Stream.of(
                params("http://minio:9000", true),
                params("http://minio:9000/behind/a/path", true),
                params("https://ceph.example", false),
                params(null, true),
                params(null, false));
    }

    /** The SDK's own answer is the measure, for each bucket and each object, the first time and later. */
    @ParameterizedTest
    @MethodSource("clients")
    void asTheSdkWorksThemOut(S3EndpointParams client) {
        for (String bucket : new String[] {"digits", "with.dots", "digits", "express--use1-az4--x-s3", "other"}) {
            for (String key : new String[] {"7/a.png", "${x}/../&?#"}) {
                S3EndpointParams params =
                        client.toBuilder().bucket(bucket).key(key).build();

                Endpoint endpoint = endpoints.resolveEndpoint(params).join();

                assertThat(endpoint)
                        .isEqualTo(S3EndpointProvider.defaultProvider()
                                .resolveEndpoint(params)
                                .join());
            }
        }
    }

    @Test
    void onceForEachBucket() {
        S3EndpointParams params = bucket("digits");

        assertThat(endpoints.resolveEndpoint(params).join())
                .isSameAs(endpoints
                        .resolveEndpoint(params.toBuilder().key("another").build())
                        .join());
    }

    /** An event may name any bucket, where all are allowed. */
    @Test
    void notOfMoreBucketsThanATeamHas() {
        IntStream.range(0, 1_000).forEach(i -> endpoints.resolveEndpoint(bucket("bucket-" + i)));
        S3EndpointParams oneMore = bucket("one-more");

        assertThat(endpoints.resolveEndpoint(oneMore).join())
                .isNotSameAs(endpoints.resolveEndpoint(oneMore).join())
                .isEqualTo(endpoints.resolveEndpoint(oneMore).join());
    }

    @Test
    void exceptWhereThereIsNone() {
        S3EndpointParams impossible =
                params(null, false).toBuilder().bucket("digits").region(null).build();

        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> endpoints.resolveEndpoint(impossible).join())
                    .hasMessageContaining("region");
        }
    }

    private static S3EndpointParams bucket(String bucket) {
        return params("http://minio:9000", true).toBuilder().bucket(bucket).build();
    }

    private static S3EndpointParams params(@Nullable String endpoint, boolean pathStyle) {
        return S3EndpointParams.builder()
                .endpoint(endpoint)
                .forcePathStyle(pathStyle)
                .region(Region.US_EAST_1)
                .build();
    }
}
