package io.imagetransformer.config;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.junit.jupiter.api.Test;

import io.imagetransformer.image.ImageSettings;
import io.imagetransformer.image.Invert;
import io.imagetransformer.predictor.Datatype;
import io.imagetransformer.predictor.V2Options;

import static org.assertj.core.api.Assertions.assertThat;

/** Each key, with a value that is not its default, arrives in the one place that it is for. */
class EveryKeyIsMappedTest {
    private static final Map<String, String> ALL = all();

    private static Map<String, String> all() {
        Map<String, String> all = new LinkedHashMap<>();
        // The default: without Kafka there are no results. Below it is switched off.
        all.put("kafka.enabled", "true");
        all.put("kafka.brokers", "a:1,b:2");
        all.put("events.topic", "uploads");
        all.put("events.group", "filers");
        all.put("events.consumers", "3");
        all.put("events.max-poll-records", "17");
        all.put("events.max-poll-interval-ms", "900000");
        all.put("events.hold", "90s");
        all.put("batch.max-images", "12");
        all.put("batch.max-bytes", "1GiB");
        all.put("batch.parallelism", "5");
        all.put("source.buckets", "one, two");
        all.put("s3.endpoint", "http://minio:9000");
        all.put("s3.region", "eu-west-1");
        all.put("s3.access-key", "source-id");
        all.put("s3.secret-key", "source-secret");
        // Given once, and once by file: as text here, as files below.
        all.put("s3.access-key-file", "");
        all.put("s3.secret-key-file", "");
        all.put("s3.path-style", "false");
        all.put("s3.timeout", "5s");
        all.put("output.s3.endpoint", "https://ceph.example:8443");
        all.put("output.s3.region", "eu-north-1");
        all.put("output.s3.access-key", "");
        all.put("output.s3.secret-key", "");
        all.put("output.s3.access-key-file", "LICENSE");
        all.put("output.s3.secret-key-file", "NOTICE");
        all.put("output.s3.path-style", "true");
        all.put("model.name", "cats");
        all.put("predictor.host", "cats.models.svc:8080");
        all.put("model.version", "7");
        all.put("predictor.protocol", "v2");
        all.put("predictor.use-ssl", "true");
        all.put("predictor.timeout", "250ms");
        all.put("predictor.max-instances", "9");
        all.put("predictor.input.name", "pixels");
        all.put("predictor.input.datatype", "UINT8");
        all.put("predictor.input.shape", "-1, 192,224,3");
        all.put("predictor.output.label", "cat");
        all.put("predictor.output.scores", "cats");
        all.put("predictor.binary", "true");
        all.put("predictor.parameters", "fast=true, seed=-5,mode=a=b,note=");
        all.put("predictor.concurrency", "7");
        all.put("image.width", "224");
        all.put("image.height", "192");
        all.put("image.channels", "3");
        all.put("image.invert", "auto");
        all.put("image.max-bytes", "512KiB");
        all.put("image.max-pixels", "1000");
        all.put("output.bucket", "cats");
        all.put("output.key", "{bucket}/{label}/{key}");
        all.put("output.allow-collisions", "true");
        all.put("review.below", "0.75");
        all.put("review.bucket", "unsure");
        all.put("dead-letter.topic", "hospital");
        all.put("dead-letter.create", "false");
        all.put("results.topic", "filed");
        all.put("http.enabled", "false");
        all.put("http.host", "127.0.0.1");
        all.put("http.port", "8085");
        all.put("http.max-bytes", "1MiB");
        all.put("http.max-concurrency", "7");
        all.put("http.max-memory", "2MiB");
        all.put("http.request-timeout", "20s");
        all.put("http.drain", "0s");
        all.put("http.batch-wait", "3ms");
        all.put("http.forward-headers", "X-Tenant, x-user");
        all.put("ce.type", "com.example.classified");
        all.put("ce.source", "/cats");
        all.put("ce.merge", "True");
        // Only compared with others.
        all.put("stop.grace", "40s");
        all.put("management.enabled", "false");
        all.put("management.port", "0");
        all.put("tls.ca-file", "/etc/ca.crt");
        all.put("log.images", "true");
        return all;
    }

    @Test
    void everyKeyOfTheFileIsChangedHere() {
        // Given
        Set<String> shipped = ShippedSettings.keys();

        // When
        Set<String> changed = ALL.keySet();

        // Then
        assertThat(changed).containsExactlyInAnyOrderElementsOf(shipped);
    }

    @Test
    void withoutKafkaNoBatchIsHeldSoThatThePredictorMayTakeItsTime() {
        // When
        Settings settings = ShippedSettings.with(Map.of("kafka.enabled", "false", "predictor.timeout", "600s"));

        // Then
        assertThat(settings.predictor().timeout()).isEqualTo(Duration.ofMinutes(10));
    }

    @Test
    void theKafkaDoorCanBeClosed() {
        // When
        Settings settings = ShippedSettings.with(Map.of("kafka.enabled", "false"));

        // Then
        assertThat(settings.kafka().enabled()).isFalse();
    }

    @Test
    void eachValueArrivesInItsPlace() {
        // Given
        Map<String, String> changes = ALL;

        // When
        Settings settings = ShippedSettings.with(changes);

        // Then
        assertThat(settings)
                .isEqualTo(new Settings(
                        new Settings.Kafka(true, "a:1,b:2"),
                        new Settings.Events("uploads", "filers", 3, 17, Duration.ofMinutes(15), Duration.ofSeconds(90)),
                        new Settings.Batch(9, 1L << 30, 5),
                        new Settings.Source(Set.of("one", "two")),
                        new Settings.Store(
                                "http://minio:9000",
                                "eu-west-1",
                                new Secret("source-id", ""),
                                new Secret("source-secret", ""),
                                false,
                                Duration.ofSeconds(5)),
                        new Settings.Store(
                                "https://ceph.example:8443",
                                "eu-north-1",
                                new Secret("", "LICENSE"),
                                new Secret("", "NOTICE"),
                                true,
                                Duration.ofSeconds(5)),
                        new Settings.Predictor(
                                Settings.Protocol.V2,
                                "cats.models.svc:8080",
                                "cats",
                                "7",
                                true,
                                Duration.ofMillis(250),
                                9,
                                7,
                                new V2Options(
                                        "pixels",
                                        Datatype.UINT8,
                                        List.of(-1L, 192L, 224L, 3L),
                                        "cat",
                                        "cats",
                                        true,
                                        Map.of("fast", true, "seed", -5L, "mode", "a=b", "note", ""))),
                        new ImageSettings(224, 192, 3, Invert.AUTO, 512L << 10, 1_000),
                        new Settings.Output("cats", "{bucket}/{label}/{key}"),
                        new Settings.Review(0.75, "unsure"),
                        new Settings.DeadLetter("hospital", false),
                        new Settings.Results("filed"),
                        new Settings.Http(
                                false,
                                "127.0.0.1",
                                8085,
                                1 << 20,
                                7,
                                2L << 20,
                                Duration.ofSeconds(20),
                                Duration.ZERO,
                                Duration.ofMillis(3),
                                Set.of("x-tenant", "x-user")),
                        new Settings.CloudEvents("com.example.classified", "/cats", true),
                        new Settings.Management(false, 0),
                        new Settings.Tls("/etc/ca.crt"),
                        Duration.ofSeconds(40),
                        true));
    }

    @Test
    void theModelsLimitBoundsTheBatchAndNotTheOtherWayRound() {
        // Given
        Map<String, String> changes = Map.of("batch.max-images", "8", "predictor.max-instances", "100");

        // When
        Settings settings = ShippedSettings.with(changes);

        // Then
        assertThat(settings.batch().maxImages()).isEqualTo(8);
    }

    @Test
    void anOutputKeyThatIsEmptyIsAsTheSourcesKeyOfThatName() {
        // Given
        Map<String, String> changes = Map.of(
                "s3.endpoint", "http://minio:9000",
                "s3.region", "eu-west-1",
                "s3.access-key", "id",
                "s3.secret-key", "secret",
                "s3.path-style", "false");

        // When
        Settings settings = ShippedSettings.with(changes);

        // Then
        assertThat(settings.outputStore()).isEqualTo(settings.sourceStore());
    }

    @Test
    void pathStyleIsForStoresWithAnEndpointUnlessSaid() {
        // Given
        Map<String, String> onlyOutputsElsewhere = Map.of("output.s3.endpoint", "http://minio:9000");

        // When
        Settings settings = ShippedSettings.with(onlyOutputsElsewhere);

        // Then
        assertThat(settings.sourceStore().pathStyle()).isFalse();
        assertThat(settings.outputStore().pathStyle()).isTrue();
    }

    @Test
    void aPathStyleThatIsSaidOfTheSourcesHoldsForOutputsElsewhereToo() {
        // Given
        Map<String, String> changes =
                Map.of("s3.path-style", "false", "output.s3.endpoint", "http://digits.example:9000");

        // When
        Settings settings = ShippedSettings.with(changes);

        // Then
        assertThat(settings.outputStore().pathStyle()).isFalse();
    }

    @Test
    void outputBucketsOfAnotherStoreMayBeCalledAsASourceBucket() {
        // Given
        Map<String, String> changes =
                Map.of("output.s3.endpoint", "http://elsewhere:9000", "output.bucket", "mnist", "review.below", "0.5");

        // When
        Settings settings = ShippedSettings.with(changes);

        // Then
        assertThat(settings.outputBuckets()).isEmpty();
    }

    @Test
    void theReviewBucketIsAnOutputOnlyWhereImagesGoThere() {
        // Given
        Map<String, String> review = Map.of("review.below", "0.5");

        // When
        Set<String> with = ShippedSettings.with(review).outputBuckets();
        Set<String> without = ShippedSettings.with(Map.of()).outputBuckets();

        // Then
        assertThat(with).containsExactlyInAnyOrder("digits", "review");
        assertThat(without).containsExactly("digits");
    }
}
