package io.imagetransformer.packaged;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.BucketVersioningStatus;
import software.amazon.awssdk.services.s3.model.S3Object;
import software.amazon.awssdk.services.s3.model.ServerSideEncryption;

import io.imagetransformer.sandbox.EmbeddedKafka;
import io.imagetransformer.sandbox.EmbeddedPredictor;
import io.imagetransformer.sandbox.KafkaTopicProbe;
import io.imagetransformer.sandbox.Minio;
import io.imagetransformer.sandbox.Mnist;
import io.imagetransformer.sandbox.PredictorBehaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The packaged program against a real MinIO: a backlog, uploads while it runs, keys that the embedded store cannot hold,
 * poison, and events that are none of its business. Runs where {@code -Dminio.program=} names a MinIO executable.
 */
@EnabledIfSystemProperty(named = "minio.program", matches = ".+")
class RealMinioIT {
    private static final int BACKLOG = Integer.getInteger("minio.backlog", 1_000);
    private static final int LIVE = BACKLOG / 10;
    private static final List<String> ODD_KEYS = List.of(
            "with space.png",
            "plus+plus.png",
            "percent%2Fslash.png",
            "a&b?c#d=e.png",
            "ünïcödé/日本語/🙂.png",
            "${x}.png",
            "{label}/{key}",
            "quotes'\"`<>.png",
            "line\nfeed.png",
            "p/q/r",
            "k".repeat(200) + "/" + "l".repeat(200));

    @TempDir
    private Path folder;

    @Test
    void everyUploadEndsWhereItBelongs() throws Exception {
        try (EmbeddedKafka kafka = EmbeddedKafka.start();
                EmbeddedPredictor predictor = EmbeddedPredictor.start(0, "mnist")) {
            kafka.createTopic("events", 3);
            Path data = Files.createDirectory(folder.resolve("minio"));
            try (Minio minio = Minio.start(
                            Path.of(System.getProperty("minio.program")), data, kafka.bootstrapServers(), "events");
                    S3Client client = minio.client()) {
                // Given
                minio.createAnnouncedBucket("mnist");
                client.createBucket(create -> create.bucket("digits"));
                Map<String, Integer> images = new TreeMap<>();
                TreeSet<String> poison = new TreeSet<>();
                upload(client, images, poison, 0, BACKLOG);
                for (String key : ODD_KEYS) {
                    put(client, key, Mnist.png(images.size()));
                    images.put(key, images.size());
                }
                client.putObjectTagging(put -> put.bucket("mnist")
                        .key("img/1.png")
                        .tagging(tags -> tags.tagSet(List.of(software.amazon.awssdk.services.s3.model.Tag.builder()
                                .key("a")
                                .value("b")
                                .build()))));

                // When
                Process program = start(kafka, minio, predictor);
                try {
                    upload(client, images, poison, BACKLOG, BACKLOG + LIVE);
                    await("all committed")
                            .atMost(Duration.ofMinutes(5))
                            .until(() -> kafka.probe().lag("kafka-image-transformer", "events") == 0);
                } finally {
                    program.destroy();
                    assertThat(program.waitFor(25, TimeUnit.SECONDS)).isTrue();
                }

                // Then
                assertThat(program.exitValue()).isZero();
                TreeSet<String> expected = new TreeSet<>();
                images.forEach((key, image) -> expected.add(Mnist.label(image % Mnist.size()) + "/" + key));
                assertThat(keys(client)).isEqualTo(expected);
                for (Map.Entry<String, Integer> image : images.entrySet()) {
                    String copy = Mnist.label(image.getValue() % Mnist.size()) + "/" + image.getKey();
                    byte[] bytes = client.getObjectAsBytes(
                                    get -> get.bucket("digits").key(copy))
                            .asByteArray();
                    assertThat(Arrays.equals(bytes, Mnist.png(image.getValue() % Mnist.size())))
                            .as(copy)
                            .isTrue();
                }
                TreeSet<String> dead = new TreeSet<>();
                kafka.probe().readAll("events-dead-letter").forEach(letter -> {
                    assertThat(KafkaTopicProbe.headers(letter)).containsEntry("dead-letter-reason", "not-an-image");
                    dead.add(String.valueOf(KafkaTopicProbe.key(letter)));
                });
                assertThat(dead).isEqualTo(poison);
            }
        }
    }

    /** Three images of one digit: a copy of an old version would lie where the newest belongs. */
    @Test
    void ofABucketThatKeepsVersionsNoOldOneTakesTheNewestsPlace() throws Exception {
        try (EmbeddedKafka kafka = EmbeddedKafka.start();
                EmbeddedPredictor predictor = EmbeddedPredictor.start(0, "mnist")) {
            kafka.createTopic("events", 1);
            Path data = Files.createDirectory(folder.resolve("minio"));
            try (Minio minio = Minio.start(
                            Path.of(System.getProperty("minio.program")), data, kafka.bootstrapServers(), "events");
                    S3Client client = minio.client()) {
                // Given
                minio.createAnnouncedBucket("mnist");
                client.putBucketVersioning(put -> put.bucket("mnist")
                        .versioningConfiguration(versioning -> versioning.status(BucketVersioningStatus.ENABLED)));
                client.createBucket(create -> create.bucket("digits"));
                // So that each is looked at again before it is filed.
                predictor.behave(PredictorBehaviour.slow(Duration.ofMillis(2_100)));
                List<Integer> sevens = IntStream.range(0, Mnist.size())
                        .filter(i -> Mnist.label(i) == 7)
                        .limit(3)
                        .boxed()
                        .toList();
                List<String> keys = List.of("plain.png", "5.png");

                // When
                Process program = start(kafka, minio, predictor);
                try {
                    for (int seven : sevens) {
                        keys.forEach(key -> put(client, key, Mnist.png(seven)));
                        await("filed")
                                .atMost(Duration.ofMinutes(1))
                                .until(() -> keys(client).size() == keys.size()
                                        && kafka.probe().lag("kafka-image-transformer", "events") == 0);
                    }
                    List<byte[]> events = kafka.probe().readAll("events").stream()
                            .map(ConsumerRecord::value)
                            .toList();
                    assertThat(events).hasSize(keys.size() * sevens.size());
                    events.forEach(event -> kafka.probe().sendTo(0, "events", "again", event));
                    await("all committed")
                            .atMost(Duration.ofMinutes(1))
                            .until(() -> kafka.probe().lag("kafka-image-transformer", "events") == 0);
                    events.subList(0, keys.size())
                            .forEach(event -> kafka.probe().sendTo(0, "events", "late", event));
                    await("all committed")
                            .atMost(Duration.ofMinutes(1))
                            .until(() -> kafka.probe().lag("kafka-image-transformer", "events") == 0);
                } finally {
                    program.destroy();
                    assertThat(program.waitFor(25, TimeUnit.SECONDS)).isTrue();
                }

                // Then
                for (String key : keys) {
                    byte[] copy = client.getObjectAsBytes(
                                    get -> get.bucket("digits").key("7/" + key))
                            .asByteArray();
                    assertThat(copy).as(key).isEqualTo(Mnist.png(sevens.get(2)));
                }
                assertThat(kafka.probe().readAll("events-dead-letter")).isEmpty();
            }
        }
    }

    /** Every twentieth is no picture. */
    private static void upload(S3Client client, Map<String, Integer> images, TreeSet<String> poison, int from, int to) {
        for (int i = from; i < to; i++) {
            if (i % 20 == 7) {
                put(client, "poison/" + i, ("no picture " + i).getBytes(StandardCharsets.UTF_8));
                poison.add("mnist/poison/" + i);
            } else {
                put(client, "img/" + i + ".png", Mnist.png(i % Mnist.size()));
                images.put("img/" + i + ".png", i);
            }
        }
    }

    private static void put(S3Client client, String key, byte[] bytes) {
        client.putObject(
                put -> put.bucket("mnist")
                        .key(key)
                        .contentType("image/png")
                        .metadata(Map.of("camera", "x"))
                        // Its ETag is then no digest of what is read.
                        .serverSideEncryption(key.endsWith("5.png") ? ServerSideEncryption.AES256 : null),
                RequestBody.fromBytes(bytes));
    }

    private static TreeSet<String> keys(S3Client client) {
        TreeSet<String> keys = new TreeSet<>();
        client.listObjectsV2Paginator(list -> list.bucket("digits")).contents().stream()
                .map(S3Object::key)
                .forEach(keys::add);
        return keys;
    }

    private Process start(EmbeddedKafka kafka, Minio minio, EmbeddedPredictor predictor) throws IOException {
        ProcessBuilder builder = new ProcessBuilder("target/kafka-image-transformer/bin/kafka-image-transformer")
                .redirectErrorStream(true)
                .redirectOutput(Path.of("target", "real-minio.log").toFile());
        builder.environment()
                .putAll(Map.of(
                        "KAFKA_BROKERS",
                        kafka.bootstrapServers(),
                        "EVENTS_TOPIC",
                        "events",
                        "S3_ENDPOINT",
                        minio.endpoint().toString(),
                        "S3_ACCESS_KEY",
                        minio.accessKey(),
                        "S3_SECRET_KEY",
                        minio.secretKey(),
                        "PREDICTOR_HOST",
                        predictor.hostPort(),
                        "SOURCE_BUCKETS",
                        "mnist",
                        "OUTPUT_BUCKET",
                        "digits",
                        "MANAGEMENT_ENABLED",
                        "false",
                        "HTTP_PORT",
                        "0"));
        return builder.start();
    }
}
