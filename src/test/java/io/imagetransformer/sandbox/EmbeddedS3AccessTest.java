package io.imagetransformer.sandbox;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Exception;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Who may read and write. */
class EmbeddedS3AccessTest {
    private static EmbeddedS3 s3;

    @BeforeAll
    static void start() {
        s3 = EmbeddedS3.inMemory().credentials("AKIA", "right").start();
        s3.createBuckets("mnist");
    }

    @AfterAll
    static void stop() {
        s3.close();
    }

    @Test
    void theRightCredentialsAreAccepted() {
        // Given
        try (S3Client client = s3.client()) {

            // When
            client.putObject(request -> request.bucket("mnist").key("k"), RequestBody.fromString("x"));

            // Then
            assertThat(client.getObjectAsBytes(
                                    request -> request.bucket("mnist").key("k"))
                            .asUtf8String())
                    .isEqualTo("x");
        }
    }

    @ParameterizedTest
    @CsvSource({"AKIA, wrong, SignatureDoesNotMatch", "NOBODY, right, InvalidAccessKeyId"})
    void wrongCredentialsAreRefused(String accessKey, String secretKey, String code) {
        // Given
        try (S3Client client = EmbeddedS3.client(s3.endpoint(), accessKey, secretKey)) {

            // When // Then
            assertThatExceptionOfType(S3Exception.class)
                    .isThrownBy(() -> client.getObjectAsBytes(
                            request -> request.bucket("mnist").key("k")))
                    .satisfies(refused -> {
                        assertThat(refused.statusCode()).isEqualTo(403);
                        assertThat(refused.awsErrorDetails().errorCode()).isEqualTo(code);
                    });
        }
    }

    @Test
    void aRequestWithoutASignatureIsRefused() throws Exception {
        // Given
        URI object = s3.endpoint().resolve("/mnist/private");
        try (S3Client client = s3.client()) {
            client.putObject(request -> request.bucket("mnist").key("private"), RequestBody.fromString("x"));
        }

        // When
        HttpResponse<String> answer = HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(object).build(), HttpResponse.BodyHandlers.ofString());

        // Then
        assertThat(answer.statusCode()).isEqualTo(403);
    }
}
