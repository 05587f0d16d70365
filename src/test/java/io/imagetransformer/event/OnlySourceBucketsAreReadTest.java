package io.imagetransformer.event;

import java.util.Map;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class OnlySourceBucketsAreReadTest {

    @Test
    void uploadToAnAllowedBucketGoesOnAsItIs() {
        // Given
        SourcePolicy policy = new SourcePolicy(Set.of("mnist", "other"), Set.of("digits"));
        Decoded upload = uploadTo("mnist");

        // When
        Decoded verdict = policy.apply(upload);

        // Then
        assertThat(verdict).isSameAs(upload);
    }

    @ParameterizedTest
    @ValueSource(strings = {"secret", "Mnist", "mnist2", "mnis"})
    void uploadToAnyOtherBucketIsIgnored(String bucket) {
        // Given
        SourcePolicy policy = new SourcePolicy(Set.of("mnist"), Set.of("digits"));

        // When
        Decoded verdict = policy.apply(uploadTo(bucket));

        // Then
        assertThat(verdict).isEqualTo(new Decoded.Ignored(IgnoredReason.NOT_A_SOURCE_BUCKET, "bucket " + bucket));
    }

    @Test
    void starAllowsEveryBucket() {
        // Given
        SourcePolicy policy = new SourcePolicy(Set.of("*"), Set.of("digits"));
        Decoded upload = uploadTo("whatever");

        // When
        Decoded verdict = policy.apply(upload);

        // Then
        assertThat(verdict).isSameAs(upload);
    }

    @ParameterizedTest
    @ValueSource(strings = {"*", "digits", "mnist"})
    void outputBucketIsNeverASourceWhateverTheAllowListSays(String allowed) {
        // Given
        SourcePolicy policy = new SourcePolicy(Set.of(allowed), Set.of("review", "digits"));

        // When
        Decoded verdict = policy.apply(uploadTo("digits"));

        // Then
        assertThat(verdict).isEqualTo(new Decoded.Ignored(IgnoredReason.OWN_OUTPUT, "bucket digits"));
    }

    @ParameterizedTest
    @CsvSource({
        "digit-{label}, digit-7, true",
        "digit-{label}, digit-, false",
        "digit-{label}, digits, false",
        "{label}.out, 7.out, true",
        "{label}.out, 7-out, false",
        "{bucket}-by-{label}, mnist-by-7, true",
        "{bucket}-by-{label}, mnist-7, false",
        "{label}, mnist, false",
    })
    void outputBucketWithAPlaceholderStandsForAllThatItMayBecome(String output, String bucket, boolean ours) {
        // Given
        SourcePolicy policy = new SourcePolicy(Set.of("*"), Set.of(output));

        // When
        Decoded verdict = policy.apply(uploadTo(bucket));

        // Then
        assertThat(verdict instanceof Decoded.Ignored).isEqualTo(ours);
    }

    @Test
    void otherVerdictsStayAsTheyAre() {
        // Given
        SourcePolicy policy = new SourcePolicy(Set.of(), Set.of());
        Decoded ignored = new Decoded.Ignored(IgnoredReason.TOMBSTONE, "no value");
        Decoded malformed = new Decoded.Malformed(MalformedReason.NOT_JSON, "empty");

        // When
        Decoded first = policy.apply(ignored);
        Decoded second = policy.apply(malformed);

        // Then
        assertThat(first).isSameAs(ignored);
        assertThat(second).isSameAs(malformed);
    }

    private static Decoded uploadTo(String bucket) {
        return new Decoded.Created(
                new ObjectRef(bucket, "0.png", null, null, null, null, null, null, "minio:s3", "ObjectCreated:Put"),
                Map.of());
    }
}
