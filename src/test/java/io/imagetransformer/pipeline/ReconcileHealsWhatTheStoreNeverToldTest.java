package io.imagetransformer.pipeline;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.model.CompletedPart;

import io.imagetransformer.KafkaImageTransformer;
import io.imagetransformer.sandbox.KafkaTopicProbe;
import io.imagetransformer.sandbox.Mnist;
import io.imagetransformer.sandbox.S3Refusal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** The bucket here is silent: its store tells of nothing, as MinIO does not while Kafka is away. */
class ReconcileHealsWhatTheStoreNeverToldTest {
    private static final String SILENT = "silent";
    private static final List<String> ODD = List.of(
            "with space.png", "a+b.png", "100%25.png", "ünï/日本/🙂.png", "${x}.png", "a&b=c?d#e", "{label}/{key}", "!");

    private Stack stack;
    private final Map<String, Integer> images = new TreeMap<>();

    @BeforeEach
    void startStack() {
        stack = Stack.start(2);
        stack.s3.createBuckets(SILENT);
        images.clear();
    }

    @AfterEach
    void closeStack() {
        stack.close();
    }

    private Map<String, String> settings() {
        Map<String, String> settings = new HashMap<>(stack.settings());
        settings.put("source.buckets", SILENT);
        return settings;
    }

    private Asked reconcile(String... arguments) {
        return Asked.of(
                settings(),
                Stream.concat(
                                Stream.of("reconcile", "--bucket", SILENT, "--until", "0s", "--rate", "100000"),
                                Stream.of(arguments))
                        .toArray(String[]::new));
    }

    private void work() {
        try (KafkaImageTransformer program = stack.startProgram(settings())) {
            stack.awaitAllDone();
        }
    }

    private void put(String key, byte[] bytes) {
        stack.client.putObject(put -> put.bucket(SILENT).key(key), RequestBody.fromBytes(bytes));
    }

    private void putImages(int count) {
        Stream.concat(ODD.stream(), IntStream.range(0, count).mapToObj(i -> "img/" + i + ".png"))
                .forEach(key -> {
                    put(key, Mnist.png(images.size()));
                    images.put(key, images.size());
                });
    }

    private List<String> copies() {
        return images.entrySet().stream()
                .map(image -> Mnist.label(image.getValue()) + "/" + image.getKey())
                .toList();
    }

    private static long count(Asked asked, String what) {
        return asked.out().stream()
                .filter(line -> line.contains(what))
                .mapToLong(line -> Long.parseLong(line.strip().split(" ")[0]))
                .findFirst()
                .orElseThrow(() -> new AssertionError(asked.toString()));
    }

    private long events() {
        return stack.probe().endOffsets(stack.topic).values().stream()
                .mapToLong(Long::longValue)
                .sum();
    }

    @Test
    void whatHasNoOutcomeIsFiledOnceUnderTheRightLabel() {
        // Given
        putImages(240);
        put("folder/", new byte[0]);
        put("poison", "no picture".getBytes(StandardCharsets.UTF_8));
        IntStream.range(0, 50).forEach(i -> stack.publish("told", Events.upload(SILENT, "img/" + i + ".png", 1_000)));
        stack.publish("told", Events.upload(SILENT, "poison", 10));
        work();
        assertThat(stack.filed()).hasSize(50);
        long before = events();

        // When
        Asked dry = reconcile("--dry-run");

        // Then
        assertThat(events()).as("nothing was sent").isEqualTo(before);
        assertThat(dry.out())
                .contains(SILENT + "/img/50.png", SILENT + "/a+b.png")
                .doesNotContain(SILENT + "/img/49.png");
        assertThat(count(dry, "would be handed over")).isEqualTo(198);

        // When
        Asked done = reconcile();

        // Then
        assertThat(done.exitCode()).as(done.toString()).isZero();
        assertThat(count(done, " filed")).isEqualTo(50);
        assertThat(count(done, "dead letters")).isEqualTo(1);
        assertThat(count(done, "not for us")).isEqualTo(1);
        assertThat(count(done, "without an outcome: handed over")).isEqualTo(198);
        work();
        assertThat(stack.filed()).containsExactlyInAnyOrderElementsOf(copies());
        assertThat(stack.deadLetters()).hasSize(1);
        assertThat(stack.head(stack.output, Mnist.label(images.get("a+b.png")) + "/a+b.png")
                        .metadata())
                .as("read by the ETag that was seen")
                .containsKey("image-transformer-source-etag");

        // When
        Asked again = reconcile();

        // Then
        assertThat(count(again, "without an outcome")).isZero();
        assertThat(count(again, " filed")).isEqualTo(248);
        assertThat(reconcile("--dry-run", "--with-dead-letters").out()).contains(SILENT + "/poison");
    }

    @Test
    void ofAnObjectThatWasReplacedTheOldCopyIsNoOutcome() {
        // Given
        put("same.png", Mnist.png(1));
        put("replaced.png", Mnist.png(2));
        put("mended.png", "no picture".getBytes(StandardCharsets.UTF_8));
        upLoadInParts("parts.png", Mnist.png(4));
        reconcile();
        work();
        await("a later second").atMost(Stack.PATIENCE).until(() -> Instant.now()
                .isAfter(lastLetter().plusSeconds(2)));
        put("replaced.png", Mnist.png(5));
        put("mended.png", Mnist.png(6));

        // When
        Asked done = reconcile("--dry-run");

        // Then
        assertThat(done.out())
                .contains(SILENT + "/replaced.png", SILENT + "/mended.png")
                .doesNotContain(SILENT + "/same.png", SILENT + "/parts.png");
        assertThat(count(done, "would be handed over")).isEqualTo(2);
    }

    private Instant lastLetter() {
        return Instant.parse(Stack.header(stack.deadLetters().get(0), "time"));
    }

    /** Its ETag is no digest of its bytes, and so not its copy's. */
    private void upLoadInParts(String key, byte[] bytes) {
        String upload = stack.client
                .createMultipartUpload(create -> create.bucket(SILENT).key(key))
                .uploadId();
        String eTag = stack.client
                .uploadPart(
                        part -> part.bucket(SILENT).key(key).uploadId(upload).partNumber(1),
                        RequestBody.fromBytes(bytes))
                .eTag();
        stack.client.completeMultipartUpload(complete -> complete.bucket(SILENT)
                .key(key)
                .uploadId(upload)
                .multipartUpload(parts -> parts.parts(
                        CompletedPart.builder().partNumber(1).eTag(eTag).build())));
        assertThat(stack.head(SILENT, key).eTag()).contains("-1");
    }

    @Test
    void ourOwnCopiesAreNeverHandedOver() {
        // Given
        stack.client.putObject(
                put -> put.bucket(SILENT).key("copy.png").metadata(Map.of("image-transformer-label", "7")),
                RequestBody.fromBytes(Mnist.png(0)));

        // When
        Asked done = reconcile();
        Asked output = Asked.of(settings(), "reconcile", "--bucket", stack.output);
        Asked other = Asked.of(settings(), "reconcile", "--bucket", "elsewhere");

        // Then
        assertThat(count(done, "not for us")).isEqualTo(1);
        assertThat(events()).isZero();
        assertThat(List.of(output, other)).allSatisfy(refused -> {
            assertThat(refused.exitCode()).isEqualTo(1);
            assertThat(refused.err()).singleElement().asString().contains("is no source");
        });
    }

    @Test
    void prefixAndTimesNarrowTheWalk() {
        // Given
        put("a/1.png", Mnist.png(1));
        put("a/2.png", Mnist.png(2));
        put("b/1.png", Mnist.png(3));

        // When
        Asked prefix = reconcile("--dry-run", "--prefix", "a/");
        Asked future =
                reconcile("--dry-run", "--since", Instant.now().plusSeconds(60).toString());
        Asked past = reconcile("--dry-run", "--since", "1h");

        // Then
        assertThat(count(prefix, "would be handed over")).isEqualTo(2);
        assertThat(prefix.out().get(2)).isEqualTo("looked at 2 objects of bucket " + SILENT);
        assertThat(count(future, "of another time")).isEqualTo(3);
        assertThat(count(past, "would be handed over")).isEqualTo(3);
    }

    @Test
    void liveUploadsComeFirst() throws Exception {
        // Given
        putImages(20);
        IntStream.range(0, 30).forEach(i -> stack.publish("live", Events.upload("mnist", "x" + i, 1)));
        long before = events();

        // When
        CompletableFuture<Asked> asked = CompletableFuture.supplyAsync(() -> reconcile("--max-lag", "10"));

        // Then
        await("it waits").during(Duration.ofSeconds(2)).atMost(Stack.PATIENCE).untilAsserted(() -> assertThat(events())
                .isEqualTo(before));
        work();
        assertThat(asked.get().exitCode()).isZero();
        assertThat(events()).isEqualTo(before + images.size());
    }

    @Test
    @Timeout(60)
    void whatRetentionRemovedIsNotWaitedFor() {
        // Given
        putImages(20);
        IntStream.range(0, 30).forEach(i -> stack.publish("gone", Events.upload("mnist", "x" + i, 1)));
        long before = events();
        stack.probe().commit(stack.group, stack.topic, 0);
        stack.probe().deleteRecords(stack.topic);

        // When
        Asked asked = reconcile("--max-lag", "10");

        // Then
        assertThat(asked.exitCode()).as(asked.toString()).isZero();
        assertThat(events()).isEqualTo(before + images.size());
    }

    @Test
    void aWalkThatWasCutOffGoesOnWhereItWas(@TempDir Path folder) throws Exception {
        // Given
        putImages(0);
        put("img/1.png", Mnist.png(1));
        put("img/2.png", Mnist.png(2));
        Path state = folder.resolve("reconcile.json");
        Files.writeString(state, """
                {"bucket":"silent","prefix":"","since":null,"until":"%s","lastKey":"img/1.png",
                "counts":{"filed":5,"deadLettered":0,"notForUs":0,"otherTime":0,"handedOver":7}}""".formatted(Instant.now().plusSeconds(1)));

        // When
        Asked other = reconcile("--state", state.toString(), "--prefix", "img/");
        Asked rest = reconcile("--state", state.toString());

        // Then
        assertThat(other.exitCode()).isEqualTo(1);
        assertThat(other.err()).singleElement().asString().contains("is of bucket silent, prefix \"\"");
        assertThat(rest.exitCode()).as(rest.toString()).isZero();
        assertThat(rest.err()).anyMatch(line -> line.startsWith("going on behind the 12 objects"));
        assertThat(stack.probe().readAll(stack.topic))
                .extracting(KafkaTopicProbe::key)
                .containsExactlyInAnyOrder(
                        "silent/img/2.png", "silent/with space.png", "silent/{label}/{key}", "silent/ünï/日本/🙂.png");
        assertThat(count(rest, "without an outcome")).as("of both runs").isEqualTo(7 + 4);
        assertThat(count(rest, " filed")).isEqualTo(5);
        assertThat(state).doesNotExist();
    }

    @Test
    @Timeout(60)
    void aBucketThatIsMisspeltIsToldAtOnce() {
        // When
        Asked refused = reconcile("--also-in", "zeross");

        // Then
        assertThat(refused.exitCode()).isEqualTo(1);
        assertThat(refused.toString()).contains("of bucket zeross: look at the bucket's name");
    }

    @Test
    @Timeout(60)
    void refusedCredentialsAreToldAtOnce() {
        // Given
        Map<String, String> settings = new HashMap<>(settings());
        settings.put("s3.secret-key", "wrong");

        // When
        Asked refused = Asked.of(settings, "reconcile", "--bucket", SILENT, "--dry-run");

        // Then
        assertThat(refused.exitCode()).isEqualTo(1);
        assertThat(refused.toString()).contains("S3 refuses our credentials (SignatureDoesNotMatch)");
    }

    @Test
    void aStoreThatStumblesIsAskedAgain() {
        // Given
        putImages(40);
        stack.s3.refuse(S3Refusal.SLOW_DOWN, 0.2);

        // When
        Asked done = reconcile();

        // Then
        stack.s3.heal();
        assertThat(done.exitCode()).as(done.toString()).isZero();
        assertThat(events()).isEqualTo(images.size());
    }
}
