package io.imagetransformer.pipeline;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Object;

import io.imagetransformer.KafkaImageTransformer;
import io.imagetransformer.config.Settings;
import io.imagetransformer.sandbox.EmbeddedKafka;
import io.imagetransformer.sandbox.EmbeddedPredictor;
import io.imagetransformer.sandbox.EmbeddedS3;
import io.imagetransformer.sandbox.KafkaTopicProbe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A broker, an S3 server that announces uploads, and a predictor: what a pipeline test stands on. The broker is one for
 * all tests of this JVM, or the caller's; topic, group, buckets and predictor are each stack's own.
 */
public final class Stack implements AutoCloseable {
    /** Long enough for a busy machine: no test waits so long where the program does its work. */
    public static final Duration PATIENCE = Duration.ofSeconds(60);

    /** The secret key of its S3 server: in no output of any test. */
    public static final String SECRET = "kept-secret-7f3a91c4";

    private static final AtomicInteger COUNT = new AtomicInteger();

    /** Started when first asked for. */
    private static final class Broker {
        static final EmbeddedKafka SHARED = EmbeddedKafka.start();

        static {
            Runtime.getRuntime().addShutdownHook(new Thread(SHARED::close));
        }
    }

    public final EmbeddedKafka kafka;
    public final EmbeddedS3 s3;
    public final EmbeddedPredictor predictor;
    public final S3Client client;
    public final String topic = "events-" + COUNT.incrementAndGet();
    public final String group = "group-" + UUID.randomUUID();
    public final String source = "mnist";
    public final String output = "digits";

    private Stack(EmbeddedKafka kafka, int partitions) throws IOException {
        this.kafka = kafka;
        kafka.createTopic(topic, partitions);
        s3 = EmbeddedS3.inMemory()
                .credentials("stack", SECRET)
                .notifying(kafka.bootstrapServers(), topic, source)
                .start();
        s3.createBuckets(source, output, "review");
        predictor = EmbeddedPredictor.start(0, "mnist");
        client = s3.client();
    }

    public static Stack start() {
        return start(1);
    }

    public static Stack start(int partitions) {
        return start(Broker.SHARED, partitions);
    }

    /** On a broker of the caller's own, which may be stopped and spoilt. */
    public static Stack start(EmbeddedKafka kafka, int partitions) {
        try {
            return new Stack(kafka, partitions);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public KafkaTopicProbe probe() {
        return kafka.probe();
    }

    /** The settings that lead the program here; everything else as shipped. */
    public Map<String, String> settings() {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("kafka.brokers", kafka.bootstrapServers());
        settings.put("events.topic", topic);
        settings.put("events.group", group);
        settings.put("s3.endpoint", s3.endpoint().toString());
        settings.put("s3.access-key", s3.accessKey());
        settings.put("s3.secret-key", s3.secretKey());
        settings.put("predictor.host", predictor.hostPort());
        settings.put("http.enabled", "false");
        settings.put("management.enabled", "false");
        return settings;
    }

    /** As {@link #settings()}, with a predictor that speaks this protocol. */
    public Map<String, String> settings(Settings.Protocol protocol) {
        Map<String, String> settings = settings();
        settings.put(
                "predictor.protocol", protocol.name().toLowerCase(Locale.ROOT).replace('_', '-'));
        if (protocol == Settings.Protocol.GRPC_V2) {
            try {
                settings.put("predictor.host", predictor.startGrpc(0));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return settings;
    }

    /** The settings of a program behind KServe: the HTTP door alone, on a port of its own. */
    public Map<String, String> httpOnly() {
        return Map.of("kafka.enabled", "false", "http.enabled", "true", "http.port", "0", "http.drain", "0s");
    }

    /** The program in this JVM, with the routes and settings as they stand in the checkout; close it to stop it. */
    KafkaImageTransformer startProgram() {
        return startProgram(Map.of());
    }

    /** @param overrides win over {@link #settings()} */
    KafkaImageTransformer startProgram(Map<String, String> overrides) {
        return startProgram(Path.of("").toAbsolutePath(), overrides);
    }

    /** @param home the folder of routes and settings */
    KafkaImageTransformer startProgram(Path home, Map<String, String> overrides) {
        Map<String, String> settings = settings();
        settings.putAll(overrides);
        KafkaImageTransformer program = new KafkaImageTransformer(home, settings);
        try {
            program.start();
            return program;
        } catch (Exception e) {
            program.close();
            throw new IllegalStateException("the program does not start", e);
        }
    }

    public void upload(String key, byte[] image) {
        client.putObject(put -> put.bucket(source).key(key).contentType("image/png"), RequestBody.fromBytes(image));
    }

    /** Puts a record into the events topic that the store did not write. */
    public void publish(@Nullable String key, @Nullable String value, Map<String, String> headers) {
        s3.flushNotifications();
        probe().send(topic, key, value == null ? null : value.getBytes(StandardCharsets.UTF_8), headers);
    }

    /** As above, without headers. */
    public void publish(@Nullable String key, @Nullable String value) {
        publish(key, value, Map.of());
    }

    /** Keys in the output bucket. */
    public List<String> filed() {
        return keys(output);
    }

    public List<String> keys(String bucket) {
        return client.listObjectsV2Paginator(list -> list.bucket(bucket)).contents().stream()
                .map(S3Object::key)
                .toList();
    }

    public byte[] object(String bucket, String key) {
        return client.getObjectAsBytes(get -> get.bucket(bucket).key(key)).asByteArray();
    }

    public HeadObjectResponse head(String bucket, String key) {
        return client.headObject(head -> head.bucket(bucket).key(key));
    }

    public String deadLetterTopic() {
        return topic + "-dead-letter";
    }

    /** None, too, where the topic was not created yet. */
    public List<ConsumerRecord<byte[], byte[]>> deadLetters() {
        return probe().topicExists(deadLetterTopic()) ? probe().readAll(deadLetterTopic()) : List.of();
    }

    /** Of each dead letter, its record's key, and stage and reason in one text. */
    public Map<String, String> deadLetterReasons() {
        Map<String, String> reasons = new TreeMap<>();
        deadLetters()
                .forEach(letter -> reasons.put(
                        KafkaTopicProbe.key(letter), header(letter, "stage") + " " + header(letter, "reason")));
        return reasons;
    }

    /** One of the headers that we add to a dead letter, without their prefix. */
    public static @Nullable String header(ConsumerRecord<byte[], byte[]> letter, String name) {
        return KafkaTopicProbe.headers(letter).get("dead-letter-" + name);
    }

    public long lag() {
        return probe().lag(group, topic);
    }

    /** Waits until every event so far has its outcome and is committed. */
    public void awaitAllDone() {
        awaitAllDone(PATIENCE);
    }

    /** As above, for what computes longer. */
    public void awaitAllDone(Duration patience) {
        s3.flushNotifications();
        await("all events committed").atMost(patience).untilAsserted(() -> assertThat(lag())
                .isZero());
    }

    /** The broker stays, for the next stack. */
    @Override
    public void close() {
        client.close();
        s3.close();
        predictor.close();
    }
}
