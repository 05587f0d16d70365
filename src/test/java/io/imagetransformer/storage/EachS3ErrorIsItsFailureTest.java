package io.imagetransformer.storage;

import java.io.IOException;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Exception;

import io.imagetransformer.PermanentFailure;
import io.imagetransformer.TransientFailure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

/** The failure table, as far as S3 goes. */
class EachS3ErrorIsItsFailureTest {
    private static final String STORE = "S3 at http://minio:9000";
    private static final SdkRequest GET =
            GetObjectRequest.builder().bucket("mnist").key("secret name").build();
    private static final SdkRequest PUT =
            PutObjectRequest.builder().bucket("digits").key("secret name").build();

    static Stream<Arguments> waitedFor() {
        return Stream.of(
                answer(GET, 500, "InternalError"),
                answer(GET, 503, "SlowDown"),
                answer(GET, 503, ""),
                answer(GET, 401, "Unauthorized"),
                answer(GET, 403, "AccessDenied"),
                answer(GET, 403, "SignatureDoesNotMatch"),
                answer(GET, 403, "InvalidAccessKeyId"),
                answer(GET, 403, "RequestTimeTooSkewed"),
                answer(GET, 301, "PermanentRedirect"),
                answer(GET, 404, "NoSuchBucket"),
                // whoever stands before the store
                answer(GET, 404, ""),
                answer(GET, 400, "InvalidArgument"),
                answer(GET, 400, "InvalidRequest"),
                answer(GET, 400, "ExpiredToken"),
                answer(GET, 400, "AuthorizationHeaderMalformed"),
                answer(GET, 429, "TooManyRequests"),
                answer(PUT, 500, "InternalError"),
                answer(PUT, 503, "SlowDownWrite"),
                answer(PUT, 507, "XMinioStorageFull"),
                answer(PUT, 403, "AccessDenied"),
                answer(PUT, 404, "NoSuchBucket"),
                answer(PUT, 404, "NoSuchKey"),
                answer(PUT, 412, "PreconditionFailed"),
                answer(PUT, 400, "InvalidArgument"),
                answer(PUT, 409, "OperationAborted"),
                answer(PUT, 400, "RequestTimeout"));
    }

    private static Arguments answer(SdkRequest request, int status, String code) {
        return argumentSet(status + " " + code + " to " + verb(request), request, status, code);
    }

    private static String verb(SdkRequest request) {
        return request == GET ? "GET from bucket mnist" : "PUT to bucket digits";
    }

    @ParameterizedTest
    @MethodSource("waitedFor")
    void whatSomebodyMendsIsWaitedFor(SdkRequest request, int status, String code) {
        // Given
        SdkException thrown = s3(status, code);

        // When
        RuntimeException failure = S3Failures.of(STORE, request, thrown);

        // Then
        assertThat(failure).isExactlyInstanceOf(TransientFailure.class).hasCause(thrown);
        assertThat(((TransientFailure) failure).repeats()).isEqualTo(TransientFailure.AS_LONG_AS_IT_LASTS);
        assertThat(failure.getMessage())
                .startsWith((STORE + " answered " + status + " " + code).strip() + " to " + verb(request))
                .doesNotContain("secret name");
    }

    static Stream<Arguments> missing() {
        return Stream.of(
                answer(GET, 404, "NoSuchKey"),
                answer(GET, 404, "NoSuchVersion"),
                // a delete marker
                answer(GET, 405, "MethodNotAllowed"));
    }

    @ParameterizedTest
    @MethodSource("missing")
    void anObjectThatIsNotThereIsAskedForOnceMore(SdkRequest request, int status, String code) {
        // Given
        SdkException thrown = s3(status, code);

        // When
        RuntimeException failure = S3Failures.of(STORE, request, thrown);

        // Then
        assertThat(failure).isInstanceOf(ObjectMissing.class);
        assertThat(((TransientFailure) failure).repeats()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"412,PreconditionFailed", "416,InvalidRange"})
    void anObjectThatIsAnotherByNowIsSuperseded(int status, String code) {
        // Given
        SdkException thrown = s3(status, code);

        // When
        RuntimeException failure = S3Failures.of(STORE, GET, thrown);

        // Then
        assertThat(failure).isInstanceOf(ObjectSuperseded.class);
        assertThat(((PermanentFailure) failure).reason()).isEqualTo("superseded");
    }

    static Stream<Arguments> refused() {
        return Stream.of(
                refused(PUT, 400, "KeyTooLongError", "destination-key-too-long"),
                refused(PUT, 400, "XMinioInvalidObjectName", "destination-key-refused"),
                refused(PUT, 400, "XMinioParentIsObject", "destination-key-refused"),
                refused(PUT, 400, "InvalidURI", "destination-key-refused"),
                refused(PUT, 400, "EntityTooLarge", "object-refused"),
                refused(PUT, 400, "MetadataTooLarge", "object-refused"),
                refused(GET, 403, "InvalidObjectState", "object-archived"),
                refused(GET, 400, "XMinioInvalidObjectName", "object-refused"),
                refused(GET, 400, "KeyTooLongError", "object-refused"),
                refused(GET, 400, "InvalidURI", "object-refused"));
    }

    private static Arguments refused(SdkRequest request, int status, String code, String reason) {
        return argumentSet(status + " " + code + " to " + verb(request), request, status, code, reason);
    }

    @ParameterizedTest
    @MethodSource("refused")
    void whatTheStoreWillNeverTakeOrGiveIsPermanent(SdkRequest request, int status, String code, String reason) {
        // Given
        SdkException thrown = s3(status, code);

        // When
        RuntimeException failure = S3Failures.of(STORE, request, thrown);

        // Then
        assertThat(failure).isExactlyInstanceOf(PermanentFailure.class);
        assertThat(((PermanentFailure) failure).reason()).isEqualTo(reason);
    }

    @Test
    void anObjectThatIsEncryptedWithAKeyOfItsOwnIsNotWaitedFor() {
        // Given
        SdkException thrown = S3Exception.builder()
                .statusCode(400)
                .awsErrorDetails(AwsErrorDetails.builder()
                        .errorCode("InvalidRequest")
                        .errorMessage(
                                "The object was stored using a form of Server Side Encryption. The correct parameters"
                                        + " must be provided to retrieve the object.")
                        .build())
                .build();

        // When
        RuntimeException failure = S3Failures.of(STORE, GET, thrown);

        // Then
        assertThat(failure).isExactlyInstanceOf(PermanentFailure.class);
        assertThat(((PermanentFailure) failure).reason()).isEqualTo("object-refused");
    }

    @Test
    void aForbiddenReadHintsAtWhatAwsDoesWithoutListing() {
        // Given
        SdkException thrown = s3(403, "AccessDenied");

        // When
        RuntimeException failure = S3Failures.of(STORE, GET, thrown);

        // Then
        assertThat(failure).hasMessageContaining("s3:ListBucket");
        assertThat(S3Failures.of(STORE, PUT, thrown)).hasMessageNotContaining("s3:ListBucket");
    }

    @Test
    void aStoreThatCannotBeReachedIsWaitedForAndTheInnermostReasonTold() {
        // Given
        SdkException thrown = SdkClientException.create(
                "Unable to execute HTTP request",
                new IOException("outer", new IOException("Connection refused\nat x")));

        // When
        RuntimeException failure = S3Failures.of(STORE, GET, thrown);

        // Then
        assertThat(failure)
                .isExactlyInstanceOf(TransientFailure.class)
                .hasMessage(STORE + " cannot be reached: Connection refused");
    }

    @Test
    void otherCallsAreNamedByTheirOperation() {
        // Given
        SdkRequest list = ListObjectsV2Request.builder().bucket("mnist").build();

        // When
        RuntimeException failure = S3Failures.of(STORE, list, s3(404, "NoSuchBucket"));

        // Then
        assertThat(failure).hasMessage(STORE + " answered 404 NoSuchBucket to ListObjectsV2 of bucket mnist");
    }

    private static SdkException s3(int status, String code) {
        return S3Exception.builder()
                .statusCode(status)
                .awsErrorDetails(AwsErrorDetails.builder()
                        .errorCode(code)
                        .errorMessage("no")
                        .build())
                .message("no")
                .build();
    }
}
