package io.imagetransformer.storage;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.imagetransformer.event.ObjectRef;
import io.imagetransformer.predictor.Prediction;

import static org.assertj.core.api.Assertions.assertThat;

class CopiesTellTheirOriginTest {
    private static final Prediction FIVE = new Prediction("5", 0.75, List.of(), "5");

    @Test
    void sourceVersionModelAndLabelStandInTheMetadata() {
        // Given
        ObjectRef object = object("a b.png", "v1", "abc");

        // When
        Map<String, String> metadata = Provenance.added(Map.of(), object, "mnist", FIVE);

        // Then
        assertThat(metadata)
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "image-transformer-source", "bucket/a+b.png",
                        "image-transformer-source-version", "v1",
                        "image-transformer-source-etag", "abc",
                        "image-transformer-model", "mnist",
                        "image-transformer-label", "5",
                        "image-transformer-confidence", "0.75"));
    }

    @Test
    void whatIsNotKnownIsLeftOut() {
        // Given
        ObjectRef object = object("a.png", null, null);
        Prediction bare = new Prediction("5", null, List.of(), "5");

        // When
        Map<String, String> metadata = Provenance.added(Map.of(), object, "mnist", bare);

        // Then
        assertThat(metadata)
                .containsOnlyKeys("image-transformer-source", "image-transformer-model", "image-transformer-label");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a/b c+d.png", "ключ/鍵.png", "a&b?c#d${x}.png", "line\nfeed", "%41", "😀"})
    void anyKeyIsPlainAsciiThatDecodesToItself(String key) {
        // Given
        ObjectRef object = object(key, null, null);

        // When
        String source = Provenance.added(Map.of(), object, "mnist", FIVE).get("image-transformer-source");

        // Then
        assertThat(source).matches("[!-~]+");
        assertThat(URLDecoder.decode(source, StandardCharsets.UTF_8)).isEqualTo("bucket/" + key);
    }

    @Test
    void theUploadersOwnMetadataIsKept() {
        // Given
        Map<String, String> own = Map.of("camera", "7", "note", "x y");

        // When
        Map<String, String> metadata = Provenance.added(own, object("a.png", null, "e"), "mnist", FIVE);

        // Then
        assertThat(metadata).containsAllEntriesOf(own).containsKey("image-transformer-source");
    }

    @Test
    void whereItDoesNotFitADigestOfTheSourceStands() {
        // Given
        ObjectRef object = object("é".repeat(500), null, null);

        // When
        Map<String, String> metadata = Provenance.added(Map.of("camera", "7"), object, "mnist", FIVE);

        // Then
        assertThat(metadata)
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "camera",
                        "7",
                        "image-transformer-source-sha256",
                        // printf 'bucket/%s' "$(python3 -c 'print("é"*500,end="")')" | sha256sum
                        "a01dab097c0b4ca82e7c06a2691680ccbe923081b970418b0964cb63291ef5d7"));
    }

    @Test
    void whereNothingFitsTheUploadersOwnWins() {
        // Given
        Map<String, String> own = Map.of("note", "x".repeat(2_000));

        // When
        Map<String, String> metadata = Provenance.added(own, object("a.png", null, null), "mnist", FIVE);

        // Then
        assertThat(metadata).isEqualTo(own);
    }

    @Test
    void whateverItsSizeItIsWithinWhatBothAwsAndMinioCount() {
        // Given
        int limit = 2_048;

        for (int length = 1_600; length < 2_100; length++) {
            Map<String, String> own = Map.of("note", "x".repeat(Math.min(length, 2_000)));

            // When
            Map<String, String> metadata = Provenance.added(own, object("a".repeat(60), null, "e"), "mnist", FIVE);

            // Then
            int withPrefix = metadata.entrySet().stream()
                    .mapToInt(e -> ("x-amz-meta-" + e.getKey() + e.getValue()).length())
                    .sum();
            assertThat(withPrefix).as("own metadata of %s", length).isLessThanOrEqualTo(limit);
        }
    }

    @Test
    void ourOwnCopiesAreKnownByIt() {
        // Given
        ObjectRef object = object("a".repeat(1_000), null, null);
        Map<String, String> full = Provenance.added(Map.of(), object, "mnist", FIVE);
        Map<String, String> digested = Provenance.added(Map.of("n", "x".repeat(1_000)), object, "mnist", FIVE);

        // When
        List<Boolean> known = List.of(Provenance.isIn(full), Provenance.isIn(digested));

        // Then
        assertThat(known).containsExactly(true, true);
        assertThat(digested).containsKey("image-transformer-source-sha256");
    }

    @Test
    void inAnyCaseOfTheNames() {
        // Given
        Map<String, String> metadata = Map.of("Image-Transformer-Source", "x");

        // When
        boolean known = Provenance.isIn(metadata);

        // Then
        assertThat(known).isTrue();
    }

    @Test
    void othersMetadataIsNotOurs() {
        // Given
        Map<String, String> metadata = Map.of("image", "x", "x-image-transformer-source", "y");

        // When
        boolean known = Provenance.isIn(metadata);

        // Then
        assertThat(known).isFalse();
    }

    private static ObjectRef object(String key, @Nullable String versionId, @Nullable String eTag) {
        return new ObjectRef("bucket", key, versionId, eTag, null, null, null, null, "minio:s3", "ObjectCreated:Put");
    }
}
