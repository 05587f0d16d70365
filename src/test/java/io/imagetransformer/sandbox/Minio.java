package io.imagetransformer.sandbox;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.Event;
import software.amazon.awssdk.services.s3.model.QueueConfiguration;

import static org.awaitility.Awaitility.await;

/**
 * A real MinIO server as a process of its own, on 127.0.0.1, that announces uploads to Kafka. Its program is not ours
 * to ship: tests that need it run where its path is given.
 */
public final class Minio implements AutoCloseable {
    private static final String USER = "minio-user";
    private static final String PASSWORD = "minio-password";
    private static final String TARGET = "arn:minio:sqs::KIT:kafka";

    private final Process process;
    private final URI endpoint;

    private Minio(Process process, URI endpoint) {
        this.process = process;
        this.endpoint = endpoint;
    }

    /**
     * Returns when the server answers.
     *
     * @param program MinIO's executable
     * @param data an empty folder
     * @param topic where uploads are announced, of the broker at {@code bootstrapServers}
     */
    public static Minio start(Path program, Path data, String bootstrapServers, String topic) throws IOException {
        int port = LoopbackPorts.free();
        ProcessBuilder builder = new ProcessBuilder(
                        program.toString(), "server", "--quiet", "--address", "127.0.0.1:" + port, data.toString())
                .redirectErrorStream(true)
                .redirectOutput(data.resolveSibling(data.getFileName() + ".log").toFile());
        builder.environment()
                .putAll(Map.of(
                        "MINIO_ROOT_USER",
                        USER,
                        "MINIO_ROOT_PASSWORD",
                        PASSWORD,
                        "MINIO_BROWSER",
                        "off",
                        "MINIO_UPDATE",
                        "off",
                        // For objects that are kept encrypted: any name, and any 32 bytes.
                        "MINIO_KMS_SECRET_KEY",
                        "kit:" + Base64.getEncoder().encodeToString(new byte[32]),
                        "MINIO_NOTIFY_KAFKA_ENABLE_KIT",
                        "on",
                        "MINIO_NOTIFY_KAFKA_BROKERS_KIT",
                        bootstrapServers,
                        "MINIO_NOTIFY_KAFKA_TOPIC_KIT",
                        topic));
        Minio minio = new Minio(builder.start(), URI.create("http://127.0.0.1:" + port));
        try (S3Client client = minio.client()) {
            await("MinIO answers")
                    .atMost(Duration.ofSeconds(30))
                    .ignoreExceptions()
                    .until(() -> client.listBuckets() != null);
        }
        return minio;
    }

    public URI endpoint() {
        return endpoint;
    }

    public String accessKey() {
        return USER;
    }

    public String secretKey() {
        return PASSWORD;
    }

    public S3Client client() {
        return EmbeddedS3.client(endpoint, USER, PASSWORD);
    }

    /** Makes a bucket whose uploads are announced. */
    public void createAnnouncedBucket(String name) {
        try (S3Client client = client()) {
            client.createBucket(create -> create.bucket(name));
            QueueConfiguration uploads = QueueConfiguration.builder()
                    .queueArn(TARGET)
                    .events(Event.S3_OBJECT_CREATED)
                    .build();
            client.putBucketNotificationConfiguration(put ->
                    put.bucket(name).notificationConfiguration(all -> all.queueConfigurations(List.of(uploads))));
        }
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
