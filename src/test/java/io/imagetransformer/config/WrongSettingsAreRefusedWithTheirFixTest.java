package io.imagetransformer.config;

import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

/** A start that fails says one line: the key, the value found, the fix. */
class WrongSettingsAreRefusedWithTheirFixTest {
    private static final String TOPIC = "letters, digits, '.', '_' and '-', 249 at most (Kafka's rule)";
    private static final String BUCKET = "3 to 63 letters, digits, '.' and '-' (S3's rule)";

    static Stream<Arguments> oneWrongValue() {
        return Stream.of(
                wrong("kafka.enabled", "yes", "is neither true nor false: write one of them, in lower case"),
                wrong("kafka.enabled", "TRUE", "is neither true nor false: write one of them, in lower case"),
                wrong("log.images", "1", "is neither true nor false: write one of them, in lower case"),
                wrong("dead-letter.create", "no", "is neither true nor false: write one of them, in lower case"),
                wrong("management.enabled", "on", "is neither true nor false: write one of them, in lower case"),
                wrong("management.port", "65536", "is no whole number from 0 to 65535: give one"),
                wrong("predictor.use-ssl", "True", "is neither true nor false: write one of them, in lower case"),
                wrong("output.s3.path-style", "auto", "is neither true nor false: write one of them, in lower case"),
                wrong("events.topic", "a b", "is no valid name: " + TOPIC),
                wrong("events.topic", "x".repeat(250), "is no valid name: " + TOPIC),
                wrong(
                        "events.topic",
                        "mnist ",
                        null,
                        "events.topic=mnist has blanks or line ends around it: remove them"),
                wrong("dead-letter.topic", "dead/letter", "is no valid name: " + TOPIC),
                wrong("results.topic", "a?b", "is no valid name: " + TOPIC),
                wrong("events.consumers", "0", "is no whole number from 1 to 64: give one"),
                wrong("events.consumers", "two", "is no whole number from 1 to 64: give one"),
                wrong("events.max-poll-records", "10001", "is no whole number from 1 to 10000: give one"),
                wrong("events.max-poll-interval-ms", "10m", "is no whole number from 5000 to 86400000: give one"),
                wrong("events.hold", "7", "is no duration from 1s to 24h: write it as 250ms, 30s, 8m or 1h"),
                wrong("events.hold", "25h", "is no duration from 1s to 24h: write it as 250ms, 30s, 8m or 1h"),
                wrong("batch.max-images", "-1", "is no whole number from 1 to 10000: give one"),
                wrong(
                        "batch.max-bytes",
                        "3GiB",
                        "is no size from 1048576 to 2147483648 bytes: write it as 512KiB, 32MiB or 1GiB"),
                // 2^64 + 2^30 bytes: must not wrap around to 1 GiB
                wrong(
                        "batch.max-bytes",
                        "17179869185GiB",
                        "is no size from 1048576 to 2147483648 bytes: write it as 512KiB, 32MiB or 1GiB"),
                wrong(
                        "image.max-bytes",
                        "32MB",
                        "is no size from 1 to 1073741824 bytes: write it as 512KiB, 32MiB or 1GiB"),
                wrong("http.port", "65536", "is no whole number from 0 to 65535: give one"),
                wrong("http.max-concurrency", "1001", "is no whole number from 1 to 1000: give one"),
                wrong("http.drain", "30s", "is no duration from 0s to 20s: write it as 250ms, 30s, 8m or 1h"),
                wrong("http.batch-wait", "2s", "is no duration from 0s to 1s: write it as 250ms, 30s, 8m or 1h"),
                wrong("http.forward-headers", "x tenant", "is no valid name: the name of an HTTP header"),
                wrong("ce.merge", "yes", "is neither true nor false: write one of them"),
                wrong("batch.parallelism", "1025", "is no whole number from 1 to 1024: give one"),
                wrong("source.buckets", "a", "is no valid name: " + BUCKET + ", or *"),
                wrong(
                        "source.buckets",
                        "mnist,/etc",
                        null,
                        "source.buckets=/etc is no valid name: " + BUCKET + ", or *"),
                wrong("source.buckets", ",", null, "source.buckets holds no name: " + BUCKET + ", or *"),
                wrong("output.bucket", "digit s", "is no valid name: " + BUCKET),
                wrong("review.bucket", "-review", "is no valid name: " + BUCKET),
                wrong("s3.endpoint", "minio:9000", "is no URL: write it as http://minio:9000"),
                wrong("s3.endpoint", "ftp://minio", "is no URL: write it as http://minio:9000"),
                wrong("output.s3.endpoint", "http://", "is no URL: write it as http://minio:9000"),
                wrong("s3.timeout", "99ms", "is no duration from 100ms to 30m: write it as 250ms, 30s, 8m or 1h"),
                wrong("model.name", "../x", "is no valid name: letters, digits, '.', '_' and '-'"),
                wrong(
                        "predictor.host",
                        "http://predictor",
                        "is no valid name: write it as host or host:port, without http://"),
                wrong("predictor.protocol", "v3", "is unknown: choose one of v1, v2, grpc-v2"),
                wrong("predictor.protocol", "V1", "is unknown: choose one of v1, v2, grpc-v2"),
                wrong("model.version", "1/../2", "is no valid name: letters, digits, '.', '_' and '-'"),
                wrong("predictor.binary", "yes", "is neither true nor false: write one of them, in lower case"),
                wrong(
                        "predictor.input.datatype",
                        "FP8",
                        "is unknown: choose one of UINT8, UINT16, UINT32, UINT64, INT16, INT32, INT64, FP16, BF16, FP32,"
                                + " FP64"),
                wrong(
                        "predictor.input.shape",
                        "28x28",
                        "cannot be read: write it as -1,28,28,1, the batch first, -1 for any size"),
                wrong("predictor.parameters", "fast", "cannot be read: write it as name=value,name=value"),
                wrong("predictor.timeout", "60", "is no duration from 100ms to 30m: write it as 250ms, 30s, 8m or 1h"),
                wrong("predictor.max-instances", "0", "is no whole number from 1 to 10000: give one"),
                wrong("image.width", "4097", "is no whole number from 1 to 4096: give one"),
                wrong("image.height", "0", "is no whole number from 1 to 4096: give one"),
                wrong("image.channels", "2", "is unknown: choose 1 (gray) or 3 (colour)"),
                wrong("image.channels", "4", "is no whole number from 1 to 3: give one"),
                wrong("image.invert", "maybe", "is unknown: choose one of always, never, auto"),
                wrong("image.max-pixels", "1e8", "is no whole number from 1 to 1073741824: give one"),
                wrong("review.below", "1.5", "is no number from 0.0 to 1.0: write it as 0.75"),
                wrong("review.below", "NaN", "is no number from 0.0 to 1.0: write it as 0.75"),
                wrong("review.below", "5e-1", "is no number from 0.0 to 1.0: write it as 0.75"));
    }

    private static Arguments wrong(String key, String value, String rest) {
        return wrong(key, value, rest, key + "=" + value + " " + rest);
    }

    private static Arguments wrong(String key, String value, String rest, String message) {
        return argumentSet(key + "=" + value, key, value, message);
    }

    @ParameterizedTest
    @MethodSource("oneWrongValue")
    void oneWrongValueIsNamedWithItsKeyAndItsFix(String key, String value, String message) {
        // Given
        Map<String, String> changes = Map.of(key, value);

        // When
        Throwable refusal = thrown(changes);

        // Then
        assertThat(refusal).isInstanceOf(InvalidSettingException.class).hasMessage(message);
    }

    static Stream<String> keysThatNeedAValue() {
        return ShippedSettings.keys().stream()
                .filter(key -> !key.matches("(output\\.)?s3\\.(endpoint|(access|secret)-key(-file)?|path-style)"))
                .filter(key -> !Set.of(
                                "output.s3.region", "results.topic", "tls.ca-file", "http.forward-headers", "ce.source")
                        .contains(key))
                .filter(key -> !key.matches("model\\.version|predictor\\.((in|out)put\\..*|parameters)"))
                // Read where there are several sources only.
                .filter(key -> !key.equals("output.allow-collisions"));
    }

    @ParameterizedTest
    @MethodSource("keysThatNeedAValue")
    void aKeyThatNeedsAValueIsNotEmpty(String key) {
        // Given
        Map<String, String> changes = Map.of(key, " ");

        // When
        Throwable refusal = thrown(changes);

        // Then
        assertThat(refusal).isInstanceOf(InvalidSettingException.class).hasMessage(key + " is empty: give it a value");
    }

    static Stream<Arguments> contradictions() {
        return Stream.of(
                argumentSet(
                        "a hold that outlasts the group's patience",
                        Map.of("events.hold", "9m"),
                        "events.hold=9m with three times s3.timeout, predictor.timeout and 30s of margin (12m) is over"
                                + " events.max-poll-interval-ms=600000: shorten events.hold or raise"
                                + " events.max-poll-interval-ms"),
                argumentSet(
                        "a stop that is longer than the platform grants",
                        Map.of("http.drain", "10s"),
                        "http.drain=10s and camel.main.shutdown-timeout=22 with 2s of margin (34s) are over"
                                + " stop.grace=30s: requests in hand would be cut off; shorten one of them, or raise"
                                + " stop.grace with the pod's terminationGracePeriodSeconds"),
                argumentSet(
                        "a body that memory cannot hold",
                        Map.of("http.max-memory", "1MiB"),
                        "http.max-memory=1MiB is below http.max-bytes=32MiB: one request would not fit; raise the first"
                                + " or lower the second"),
                argumentSet(
                        "requests that wait for each other",
                        Map.of("http.batch-wait", "1s", "http.request-timeout", "1s"),
                        "http.batch-wait=1s is not below http.request-timeout=1s: requests would wait for each other"
                                + " until their time is up; lower the first"),
                argumentSet(
                        "a source that is an output",
                        Map.of("source.buckets", "mnist,digits", "output.key", "{bucket}/{key}"),
                        "source.buckets holds digits, which is an output bucket: every filed image would be classified"
                                + " again; name another"),
                argumentSet(
                        "a source that images are reviewed in",
                        Map.of(
                                "source.buckets", "mnist,review",
                                "review.below", "0.5",
                                "output.key", "{bucket}/{label}/{key}"),
                        "source.buckets holds review, which is an output bucket: every filed image would be classified"
                                + " again; name another"),
                argumentSet(
                        "a bucket for what is sure and what is not",
                        Map.of("review.below", "0.5", "review.bucket", "digits"),
                        "review.bucket=digits is output.bucket, too: what is to be reviewed would lie among what is"
                                + " sure; name another"),
                argumentSet(
                        "a bucket for what is sure and what is not, in another store",
                        Map.of(
                                "review.below", "0.5",
                                "output.bucket", "review",
                                "output.s3.endpoint", "http://minio:9000"),
                        "review.bucket=review is output.bucket, too: what is to be reviewed would lie among what is"
                                + " sure; name another"),
                argumentSet(
                        "several sources in one layout",
                        Map.of("source.buckets", "*"),
                        "source.buckets=* are several, and output.key={label}/{key} has no {bucket}: images of one key"
                                + " in two buckets would overwrite each other; put {bucket} into output.key, or set"
                                + " output.allow-collisions=true"),
                argumentSet(
                        "a chunk that holds no image",
                        Map.of("batch.max-bytes", "16MiB"),
                        "batch.max-bytes=16MiB is below image.max-bytes=32MiB: one image would not fit; raise the"
                                + " first or lower the second"),
                argumentSet(
                        "dead letters to the events",
                        Map.of("dead-letter.topic", "mnist"),
                        "dead-letter.topic=mnist is the events topic itself: every dead letter would come back; name"
                                + " another"),
                argumentSet(
                        "results to the events",
                        Map.of("results.topic", "mnist"),
                        "results.topic=mnist is the events topic itself: every result would come back; name another"),
                argumentSet(
                        "results without Kafka",
                        Map.of("results.topic", "filed", "kafka.enabled", "false"),
                        "results.topic=filed means nothing with kafka.enabled=false: leave it empty, or set"
                                + " kafka.enabled=true"),
                argumentSet(
                        "V2's settings for V1",
                        Map.of("predictor.input.name", "image"),
                        "predictor.protocol=v1 does not know model.version, predictor.input.*, predictor.output.*,"
                                + " predictor.binary and predictor.parameters: leave them empty, or set"
                                + " predictor.protocol=v2 or grpc-v2"),
                argumentSet(
                        "a path for gRPC",
                        Map.of("predictor.protocol", "grpc-v2", "predictor.host", "predictor:80/path"),
                        "predictor.host=predictor:80/path has a path, which gRPC does not know: write it as host or"
                                + " host:port"),
                argumentSet(
                        "one key of two",
                        Map.of("s3.access-key", "id"),
                        "s3.secret-key is empty but its partner is not: give both, or none for AWS's default"
                                + " credentials chain"),
                argumentSet(
                        "a key in two places",
                        Map.of("s3.secret-key", "secret", "s3.secret-key-file", "LICENSE"),
                        "s3.secret-key and s3.secret-key-file are both given: give one of them"),
                argumentSet(
                        "a key in a file that is not there",
                        Map.of("s3.access-key", "id", "s3.secret-key-file", "/nowhere/key"),
                        "s3.secret-key-file=/nowhere/key cannot be read: correct the path, or let us read it"),
                argumentSet(
                        "a key in a file that is empty",
                        Map.of("s3.access-key", "id", "s3.secret-key-file", "/dev/null"),
                        "s3.secret-key-file=/dev/null is empty: write the key into it"),
                argumentSet(
                        "one key of two in a file",
                        Map.of("s3.access-key-file", "LICENSE"),
                        "s3.secret-key is empty but its partner is not: give both, or none for AWS's default"
                                + " credentials chain"),
                argumentSet(
                        "the other key of two",
                        Map.of("output.s3.secret-key", "secret"),
                        "output.s3.access-key is empty but its partner is not: give both, or none for AWS's default"
                                + " credentials chain"));
    }

    @ParameterizedTest
    @MethodSource("contradictions")
    void contradictionsNameBothSides(Map<String, String> changes, String message) {
        // Given the changes

        // When
        Throwable refusal = thrown(changes);

        // Then
        assertThat(refusal).isInstanceOf(InvalidSettingException.class).hasMessage(message);
    }

    @Test
    void aBucketForReviewThatIsNotUsedMayBeTheOutput() {
        // Given
        Map<String, String> changes = Map.of("review.below", "0", "review.bucket", "digits");

        // When
        Settings settings = ShippedSettings.with(changes);

        // Then
        assertThat(settings.outputBuckets()).containsExactly("digits");
    }

    @Test
    void aValueOfSeveralLinesIsToldOnOne() {
        // Given
        Map<String, String> changes = Map.of("model.name", "mnist\nERROR all is lost");

        // When
        Throwable refusal = thrown(changes);

        // Then
        assertThat(refusal.getMessage()).hasLineCount(1).contains("model.name=mnist?ERROR");
    }

    static Stream<Arguments> credentialsInTheWrongPlace() {
        return Stream.of(
                argumentSet("in a URL", "s3.endpoint", "http://me:hunter2@minio:9000"),
                argumentSet("in what is no URL", "s3.endpoint", "me:hunter2@minio:9000"),
                argumentSet("with a colon lost", "output.s3.endpoint", "http//me:hunter2@minio:9000"),
                argumentSet("in a host", "predictor.host", "me:hunter2@predictor:8080"));
    }

    @ParameterizedTest
    @MethodSource("credentialsInTheWrongPlace")
    void credentialsInTheWrongPlaceAreNotRepeated(String key, String value) {
        // Given
        Map<String, String> changes = Map.of(key, value);

        // When
        Throwable refusal = thrown(changes);

        // Then
        assertThat(refusal)
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageStartingWith(key)
                .hasMessageNotContaining("hunter2");
    }

    @Test
    void secretsAreNotInTheTextOfSettings() {
        // Given
        Map<String, String> changes = Map.of(
                "s3.access-key",
                "id",
                "s3.secret-key",
                "hunter2",
                "output.s3.access-key",
                "other",
                "output.s3.secret-key",
                "swordfish");

        // When
        String text = ShippedSettings.with(changes).toString();

        // Then
        assertThat(text).contains("as id").contains("as other").doesNotContain("hunter2", "swordfish");
    }

    @Test
    void aSecretFromAFileMayEndWithALineFeed() {
        // Given
        Map<String, String> changes = Map.of("s3.access-key", "id\n", "s3.secret-key", "hunter2\n");

        // When
        Settings settings = ShippedSettings.with(changes);

        // Then
        assertThat(settings.sourceStore().secretKey().value()).isEqualTo("hunter2");
    }

    private static Throwable thrown(Map<String, String> changes) {
        return catchThrowable(() -> ShippedSettings.with(changes));
    }
}
