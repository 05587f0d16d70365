package io.imagetransformer.storage;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;

import io.imagetransformer.PermanentFailure;
import io.imagetransformer.event.ObjectRef;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

class TheVersionOfTheEventIsReadTest {
    private final GetObjectRequests requests = new GetObjectRequests(1_000);

    @Test
    void byItsVersionWhereTheBucketKeepsVersions() {
        // Given
        ObjectRef object = object("v1", "abc", 10L);

        // When
        GetObjectRequest request = requests.of(object);

        // Then
        assertThat(request)
                .isEqualTo(GetObjectRequest.builder()
                        .bucket("bucket")
                        .key("${a} b/../c")
                        .versionId("v1")
                        .build());
    }

    @Test
    void byItsETagElse() {
        // Given
        ObjectRef object = object(null, "abc", 10L);

        // When
        GetObjectRequest request = requests.of(object);

        // Then
        assertThat(request)
                .isEqualTo(GetObjectRequest.builder()
                        .bucket("bucket")
                        .key("${a} b/../c")
                        .ifMatch("\"abc\"")
                        .build());
    }

    @Test
    void asItIsByNowWhereTheEventTellsNeither() {
        // Given
        ObjectRef object = object(null, null, null);

        // When
        GetObjectRequest request = requests.of(object);

        // Then
        assertThat(request)
                .isEqualTo(GetObjectRequest.builder()
                        .bucket("bucket")
                        .key("${a} b/../c")
                        .build());
    }

    @Test
    void notAtAllWhereTheEventTellsOfTooManyBytes() {
        // Given
        ObjectRef object = object(null, null, 1_001L);

        // When
        PermanentFailure failure = catchThrowableOfType(PermanentFailure.class, () -> requests.of(object));

        // Then
        assertThat(failure.reason()).isEqualTo("too-many-bytes");
        assertThat(failure).hasMessage("the object has 1001 bytes, image.max-bytes allows 1000");
        assertThat(requests.of(object(null, null, 1_000L))).isNotNull();
    }

    private static ObjectRef object(@Nullable String versionId, @Nullable String eTag, @Nullable Long size) {
        return new ObjectRef(
                "bucket", "${a} b/../c", versionId, eTag, size, null, null, null, "minio:s3", "ObjectCreated:Put");
    }
}
