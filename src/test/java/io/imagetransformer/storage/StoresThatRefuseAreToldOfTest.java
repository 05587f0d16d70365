package io.imagetransformer.storage;

import java.io.IOException;
import java.time.Duration;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

import io.imagetransformer.TransientFailure;
import io.imagetransformer.config.Secret;
import io.imagetransformer.config.Settings;
import io.imagetransformer.delivery.Outages;
import io.imagetransformer.sandbox.EmbeddedS3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/** A batch must not wait without a word: what its images wait for counts as away. */
class StoresThatRefuseAreToldOfTest {
    private static EmbeddedS3 s3;
    private final Outages outages = new Outages(Duration.ofMinutes(10));

    @BeforeAll
    static void start() throws IOException {
        s3 = EmbeddedS3.inMemory().start();
        s3.createBuckets("mnist");
    }

    @AfterAll
    static void stop() {
        s3.close();
    }

    @Test
    void forABucketThatIsMissing() {
        // Given
        try (S3Client client = client(s3.secretKey())) {

            // When
            Throwable failure = catchThrowable(
                    () -> client.putObject(put -> put.bucket("absent").key("a"), RequestBody.fromString("x")));

            // Then
            assertThat(failure).isExactlyInstanceOf(TransientFailure.class);
            assertThat(outages.count()).isOne();
        }
    }

    @Test
    void forCredentialsThatAreRefused() {
        // Given
        try (S3Client client = client("wrong")) {

            // When
            Throwable failure = catchThrowable(
                    () -> client.getObject(get -> get.bucket("mnist").key("a")));

            // Then
            assertThat(failure).isExactlyInstanceOf(TransientFailure.class);
            assertThat(outages.count()).isOne();
        }
    }

    @Test
    void butNotForAnObjectThatIsMissing() {
        // Given
        try (S3Client client = client(s3.secretKey())) {

            // When
            Throwable failure = catchThrowable(
                    () -> client.getObject(get -> get.bucket("mnist").key("a")));

            // Then
            assertThat(failure).isInstanceOf(ObjectMissing.class);
            assertThat(outages.count()).isZero();
        }
    }

    @Test
    void norForALookAroundAtStart() {
        // Given
        try (S3Client client = client(s3.secretKey())) {

            // When
            Throwable failure = catchThrowable(() -> client.listObjectsV2(list -> list.bucket("absent")));

            // Then
            assertThat(failure).isExactlyInstanceOf(TransientFailure.class);
            assertThat(outages.count()).isZero();
        }
    }

    @Test
    void untilACallIsAnswered() {
        // Given
        try (S3Client right = client(s3.secretKey());
                S3Client wrong = client("wrong")) {
            catchThrowable(() -> wrong.getObject(get -> get.bucket("mnist").key("a")));
            assertThat(outages.count()).isOne();

            // When
            right.putObject(put -> put.bucket("mnist").key("b"), RequestBody.fromString("x"));

            // Then
            assertThat(outages.count()).isZero();
        }
    }

    @Test
    void aMissingBucketIsNotBackWhenAnotherIsRead() {
        // Given
        try (S3Client client = client(s3.secretKey())) {
            catchThrowable(() -> client.putObject(put -> put.bucket("late").key("a"), RequestBody.fromString("x")));

            // When
            client.putObject(put -> put.bucket("mnist").key("b"), RequestBody.fromString("x"));
            int before = outages.count();
            s3.createBuckets("late");
            client.putObject(put -> put.bucket("late").key("a"), RequestBody.fromString("x"));

            // Then
            assertThat(before).isOne();
            assertThat(outages.count()).isZero();
        }
    }

    private S3Client client(String secret) {
        Settings.Store store = new Settings.Store(
                s3.endpoint().toString(),
                "us-east-1",
                new Secret(s3.accessKey(), ""),
                new Secret(secret, ""),
                true,
                Duration.ofSeconds(20));
        return S3Clients.create(store, 2, outages);
    }
}
