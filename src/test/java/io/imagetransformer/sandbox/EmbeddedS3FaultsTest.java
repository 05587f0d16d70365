package io.imagetransformer.sandbox;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Exception;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/** Refusals, outages, and what survives them. */
class EmbeddedS3FaultsTest {
    private EmbeddedS3 s3;
    private S3Client client;

    @BeforeEach
    void start() {
        s3 = EmbeddedS3.inMemory().start();
        s3.createBuckets("mnist", "digits");
        client = EmbeddedS3.impatientClient(s3.endpoint(), s3.accessKey(), s3.secretKey());
        put("mnist", "k");
    }

    @AfterEach
    void stop() {
        client.close();
        s3.close();
    }

    @ParameterizedTest
    @EnumSource(S3Refusal.class)
    void aRefusalReachesTheClientWithStatusAndCode(S3Refusal refusal) {
        // Given
        s3.refuse(refusal);

        // When // Then
        assertThatExceptionOfType(S3Exception.class)
                .isThrownBy(() -> get("mnist", "k"))
                .satisfies(refused -> {
                    assertThat(refused.statusCode()).isEqualTo(refusal.status());
                    assertThat(refused.awsErrorDetails().errorCode()).isEqualTo(refusal.code());
                });
        assertThatExceptionOfType(S3Exception.class)
                .isThrownBy(() -> put("mnist", "new"))
                .satisfies(refused -> assertThat(refused.statusCode()).isEqualTo(refusal.status()));
        s3.heal();
        assertThat(get("mnist", "k")).isEqualTo("x");
    }

    @Test
    void aFractionOfCallsIsRefused() {
        // Given
        s3.refuse(S3Refusal.SLOW_DOWN, 0.5);

        // When
        long refused = IntStream.range(0, 200).filter(call -> isRefused("k")).count();

        // Then
        assertThat(refused).isBetween(70L, 130L);
    }

    @Test
    void onlyTheCallsThatFitAreRefused() {
        // Given
        s3.refuse(
                S3Refusal.ACCESS_DENIED,
                1,
                call -> call.operation() == S3Call.Operation.PUT
                        && call.bucket().equals("digits"));

        // When // Then
        put("mnist", "other");
        assertThat(get("mnist", "other")).isEqualTo("x");
        assertThatExceptionOfType(S3Exception.class).isThrownBy(() -> put("digits", "7/k"));
    }

    @Test
    void anObserverSeesEachCallOnce() {
        // Given
        List<S3Call> calls = new CopyOnWriteArrayList<>();
        s3.observe(calls::add);

        // When
        put("digits", "7/a b.png");
        get("digits", "7/a b.png");
        client.headObject(request -> request.bucket("digits").key("7/a b.png"));
        client.listObjectsV2(request -> request.bucket("digits"));
        client.deleteObject(request -> request.bucket("digits").key("7/a b.png"));

        // Then
        assertThat(calls)
                .containsExactly(
                        new S3Call(S3Call.Operation.PUT, "digits", "7/a b.png"),
                        new S3Call(S3Call.Operation.GET, "digits", "7/a b.png"),
                        new S3Call(S3Call.Operation.HEAD, "digits", "7/a b.png"),
                        new S3Call(S3Call.Operation.LIST, "digits", ""),
                        new S3Call(S3Call.Operation.DELETE, "digits", "7/a b.png"));
    }

    @Test
    void duringAnOutageConnectionsAreRefusedAndAfterItTheObjectsAreThere() {
        // Given
        s3.stop();
        assertThatExceptionOfType(SdkClientException.class).isThrownBy(() -> get("mnist", "k"));

        // When
        s3.startAgain();

        // Then
        assertThat(get("mnist", "k")).isEqualTo("x");
    }

    @Test
    void objectsInAFolderSurviveTheServer(@TempDir Path folder) {
        // Given
        try (EmbeddedS3 first = EmbeddedS3.inFolder(folder).start();
                S3Client firstClient = first.client()) {
            first.createBuckets("mnist");
            firstClient.putObject(
                    request -> request.bucket("mnist").key("k").contentType("image/png"), RequestBody.fromString("x"));
        }

        // When
        try (EmbeddedS3 second = EmbeddedS3.inFolder(folder).start();
                S3Client secondClient = second.client()) {
            second.createBuckets("mnist");

            // Then
            assertThat(secondClient
                            .headObject(request -> request.bucket("mnist").key("k"))
                            .contentType())
                    .isEqualTo("image/png");
        }
    }

    @Test
    void aBusyPortEndsWithAClearMessage() {
        // Given
        int busy = s3.port();

        // When // Then
        assertThatIllegalStateException()
                .isThrownBy(() -> EmbeddedS3.inMemory().port(busy).start().close())
                .withMessageContaining("port " + busy + " of 127.0.0.1 is in use");
    }

    @Test
    void eventsWaitForAMissingTopic() {
        // Given
        try (EmbeddedKafka kafka = EmbeddedKafka.start();
                EmbeddedS3 notifying = EmbeddedS3.inMemory()
                        .notifying(kafka.bootstrapServers(), "mnist", "mnist")
                        .start()) {
            notifying.createBuckets("mnist");
            upload(notifying, 2);
            // Longer than one attempt to send lasts.
            Awaitility.await().pollDelay(Duration.ofSeconds(3)).until(() -> !kafka.probe()
                    .topicExists("mnist"));

            // When
            kafka.createTopic("mnist", 1);
            notifying.flushNotifications();

            // Then
            assertThat(kafka.probe().readAll("mnist"))
                    .extracting(KafkaTopicProbe::key)
                    .containsExactly("mnist/0", "mnist/1");
        }
    }

    @Test
    void closingSendsTheEventsThatWaitedForTheBroker() {
        // Given
        try (EmbeddedKafka kafka = EmbeddedKafka.start()) {
            kafka.createTopic("mnist", 1);
            EmbeddedS3 notifying = EmbeddedS3.inMemory()
                    .notifying(kafka.bootstrapServers(), "mnist", "mnist")
                    .start();
            notifying.createBuckets("mnist");
            kafka.stop();
            upload(notifying, 20);
            kafka.startAgain();

            // When
            notifying.close();

            // Then
            assertThat(kafka.probe().readAll("mnist"))
                    .extracting(KafkaTopicProbe::key)
                    .containsSubsequence("mnist/0", "mnist/1", "mnist/18", "mnist/19");
            assertThat(kafka.probe().readAll("mnist")).hasSizeGreaterThanOrEqualTo(20);
        }
    }

    /** Uploads {@code mnist/0}, {@code mnist/1} and so on. */
    private static void upload(EmbeddedS3 s3, int objects) {
        try (S3Client uploader = s3.client()) {
            for (int i = 0; i < objects; i++) {
                String key = String.valueOf(i);
                uploader.putObject(request -> request.bucket("mnist").key(key), RequestBody.fromString("x"));
            }
        }
    }

    private void put(String bucket, String key) {
        client.putObject(request -> request.bucket(bucket).key(key), RequestBody.fromString("x"));
    }

    private String get(String bucket, String key) {
        return client.getObjectAsBytes(request -> request.bucket(bucket).key(key))
                .asUtf8String();
    }

    private boolean isRefused(String key) {
        try {
            get("mnist", key);
            return false;
        } catch (S3Exception e) {
            return true;
        }
    }
}
