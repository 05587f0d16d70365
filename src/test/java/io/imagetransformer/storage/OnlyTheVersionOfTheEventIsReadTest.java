package io.imagetransformer.storage;

import java.time.Instant;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

import io.imagetransformer.PermanentFailure;
import io.imagetransformer.event.ObjectRef;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

class OnlyTheVersionOfTheEventIsReadTest {
    private final GetObjectRequests requests = new GetObjectRequests(1_000);

    @Test
    void asItIsByNowWhereTheBucketKeepsVersionsForAnOldOneCanBeHadForEver() {
        // Given
        ObjectRef object = object("v1", "abc", 10L);

        // When
        GetObjectRequest request = requests.of(object);

        // Then
        assertThat(request)
                .isEqualTo(GetObjectRequest.builder()
                        .bucket("bucket")
                        .key("${a} b/../c")
                        .build());
    }

    static Stream<Arguments> answers() {
        return Stream.of(
                argumentSet("the version of the event", "v1", "abc", "v1", "abc", true),
                argumentSet("another version", "v1", "abc", "v2", "def", false),
                argumentSet("another version, of the same bytes", "v1", "abc", "v2", "abc", false),
                argumentSet("a version, where the event tells none", null, "abc", "v2", "abc", true),
                argumentSet("no version, and the ETag of the event", "v1", "abc", null, "abc", true),
                argumentSet("no version, and another ETag", "v1", "abc", null, "def", false),
                argumentSet("neither", "v1", "abc", null, null, true));
    }

    @ParameterizedTest
    @MethodSource("answers")
    void theAnswerTellsWhetherItIsStillTheNewest(
            @Nullable String version,
            String eTag,
            @Nullable String answeredVersion,
            @Nullable String answeredETag,
            boolean newest) {
        // Given
        ObjectRef object = object(version, eTag, 10L);
        GetObjectResponse answer = GetObjectResponse.builder()
                .versionId(answeredVersion)
                .eTag(answeredETag == null ? null : '"' + answeredETag + '"')
                .build();

        // When
        Throwable thrown = catchThrowable(() -> GetObjectRequests.requireNewest(object, answer));

        // Then
        if (newest) {
            assertThat(thrown).isNull();
        } else {
            assertThat(thrown).isInstanceOf(ObjectSuperseded.class);
        }
    }

    static Stream<Arguments> times() {
        return Stream.of(
                argumentSet("an older version that is the object again", "2026-01-02T03:04:03Z", ObjectMissing.class),
                argumentSet("a newer version of the same second", "2026-01-02T03:04:05Z", ObjectSuperseded.class));
    }

    @ParameterizedTest
    @MethodSource("times")
    void ofAnotherVersionItsTimeTellsWhetherItIsNewer(String lastModified, Class<?> failure) {
        // Given
        ObjectRef object = object("v1", "abc", 10L, "2026-01-02T03:04:05.678Z");
        GetObjectResponse answer = GetObjectResponse.builder()
                .versionId("v2")
                .lastModified(Instant.parse(lastModified))
                .build();

        // When
        Throwable thrown = catchThrowable(() -> GetObjectRequests.requireNewest(object, answer));

        // Then
        assertThat(thrown).isInstanceOf(failure);
    }

    @Test
    void aSecondLookAsksForOneByte() {
        // Given
        ObjectRef object = object(null, "abc", 10L);

        // When
        GetObjectRequest request = requests.firstByteOf(object);

        // Then
        assertThat(request)
                .isEqualTo(requests.of(object).toBuilder().range("bytes=0-0").build());
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
        return object(versionId, eTag, size, null);
    }

    private static ObjectRef object(
            @Nullable String versionId, @Nullable String eTag, @Nullable Long size, @Nullable String time) {
        return new ObjectRef(
                "bucket",
                "${a} b/../c",
                versionId,
                eTag,
                size,
                null,
                time == null ? null : Instant.parse(time),
                null,
                "minio:s3",
                "ObjectCreated:Put");
    }
}
