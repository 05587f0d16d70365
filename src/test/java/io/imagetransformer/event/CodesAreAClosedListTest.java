package io.imagetransformer.event;

import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Dashboards, alerts and replay tools match on the codes: a change here is a change for users. */
class CodesAreAClosedListTest {

    @Test
    void ofIgnored() {
        // Given
        Stream<IgnoredReason> reasons = Stream.of(IgnoredReason.values());

        // When
        List<String> codes = reasons.map(IgnoredReason::code).toList();

        // Then
        assertThat(codes)
                .containsExactly(
                        "tombstone",
                        "empty-list",
                        "test-event",
                        "not-an-upload",
                        "directory-marker",
                        "not-a-source-bucket",
                        "own-output",
                        "superseded",
                        "multipart-not-complete");
    }

    @Test
    void ofMalformed() {
        // Given
        Stream<MalformedReason> reasons = Stream.of(MalformedReason.values());

        // When
        List<String> codes = reasons.map(MalformedReason::code).toList();

        // Then
        assertThat(codes)
                .containsExactly(
                        "too-large",
                        "too-many-records",
                        "too-deep",
                        "bad-encoding",
                        "not-json",
                        "duplicate-name",
                        "protobuf",
                        "seaweedfs",
                        "unsupported-store",
                        "unknown-shape",
                        "invalid-cloud-event",
                        "missing-field",
                        "bad-bucket",
                        "bad-key",
                        "bad-field");
    }
}
