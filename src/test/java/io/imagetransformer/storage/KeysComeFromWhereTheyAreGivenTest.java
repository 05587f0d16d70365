package io.imagetransformer.storage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import software.amazon.awssdk.services.s3.S3Client;

import io.imagetransformer.config.Secret;
import io.imagetransformer.config.Settings;
import io.imagetransformer.delivery.Outages;
import io.imagetransformer.sandbox.EmbeddedS3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

@ResourceLock(Resources.SYSTEM_PROPERTIES)
class KeysComeFromWhereTheyAreGivenTest {
    private static final String BUCKET = "mnist";

    @TempDir
    private Path folder;

    private EmbeddedS3 s3;

    @BeforeEach
    void startStore() {
        s3 = store(0, "first", "first-secret");
    }

    @AfterEach
    void closeStore() {
        s3.close();
        System.clearProperty("aws.accessKeyId");
        System.clearProperty("aws.secretAccessKey");
        System.clearProperty("aws.sharedCredentialsFile");
    }

    @Test
    void withoutKeysTheDefaultChainOfAwsIsAsked() {
        // Given
        System.setProperty("aws.accessKeyId", "first");
        System.setProperty("aws.secretAccessKey", "first-secret");

        try (S3Client client = client(Secret.NONE, Secret.NONE)) {
            // When, Then
            assertThatCode(() -> look(client)).doesNotThrowAnyException();
        }
    }

    @Test
    void andTheProfileIsPartOfTheChain() throws IOException {
        // Given
        Path profiles = folder.resolve("credentials");
        Files.writeString(profiles, "[default]\naws_access_key_id = first\naws_secret_access_key = first-secret\n");
        System.setProperty("aws.sharedCredentialsFile", profiles.toString());

        try (S3Client client = client(Secret.NONE, Secret.NONE)) {
            // When, Then
            assertThatCode(() -> look(client)).doesNotThrowAnyException();
        }
    }

    @Test
    void keysInFilesMayBeRotatedWhileTheProgramRuns() throws IOException {
        // Given
        Path accessKey = folder.resolve("access-key");
        Path secretKey = folder.resolve("secret-key");
        Files.writeString(accessKey, "first\n");
        Files.writeString(secretKey, "first-secret\n");
        try (S3Client client = client(new Secret("", accessKey.toString()), new Secret("", secretKey.toString()))) {
            look(client);

            // When
            s3.close();
            s3 = store(s3.port(), "second", "second-secret");
            await("the old keys are refused")
                    .untilAsserted(() -> assertThatThrownBy(() -> look(client)).hasMessageContaining("403"));
            Files.delete(secretKey);
            Files.writeString(accessKey, "second");
            Files.writeString(secretKey, "second-secret");

            // Then
            await().atMost(Duration.ofSeconds(20))
                    .untilAsserted(() -> assertThatCode(() -> look(client)).doesNotThrowAnyException());
        }
    }

    @Test
    void whileAFileCannotBeReadTheLastKeysHold() throws IOException {
        // Given
        Path secretKey = folder.resolve("secret-key");
        Files.writeString(secretKey, "first-secret");
        Settings.Store store = settings(new Secret("first", ""), new Secret("", secretKey.toString()));
        KeysFromFiles keys = new KeysFromFiles(store);
        keys.resolveCredentials();

        // When
        Files.delete(secretKey);

        // Then
        await().during(Duration.ofMillis(1_500))
                .untilAsserted(() ->
                        assertThat(keys.resolveCredentials().secretAccessKey()).isEqualTo("first-secret"));
        Files.writeString(secretKey, "");
        await().during(Duration.ofMillis(1_500))
                .untilAsserted(() ->
                        assertThat(keys.resolveCredentials().secretAccessKey()).isEqualTo("first-secret"));
    }

    private static EmbeddedS3 store(int port, String accessKey, String secretKey) {
        EmbeddedS3 store = EmbeddedS3.inMemory()
                .port(port)
                .credentials(accessKey, secretKey)
                .start();
        store.createBuckets(BUCKET);
        return store;
    }

    private static void look(S3Client client) {
        client.listObjectsV2(list -> list.bucket(BUCKET));
    }

    private S3Client client(Secret accessKey, Secret secretKey) {
        return S3Clients.create(settings(accessKey, secretKey), 2, new Outages(Duration.ofMinutes(10)));
    }

    private Settings.Store settings(Secret accessKey, Secret secretKey) {
        return new Settings.Store(
                s3.endpoint().toString(), "us-east-1", accessKey, secretKey, true, Duration.ofSeconds(20));
    }
}
