package io.imagetransformer.event;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class SequencersTellWhichEventIsNewerTest {

    @ParameterizedTest
    @CsvSource({
        "18EA6C7691EACCA9, 18EA6C721B70D9BB",
        "B, A",
        "A0, 9F",
        // Longer and greater from the left, too: both readings agree.
        "0055AED6DCD90281E6, 0055AED6DCD90281",
        "20, 1",
        "FFF1, FFF",
    })
    void greaterOneIsNewer(String later, String earlier) {
        // Given
        ObjectRef newer = object("b", "k", later);
        ObjectRef older = object("b", "k", earlier);

        // When
        boolean isNewer = newer.isNewerThan(older);

        // Then
        assertThat(isNewer).isTrue();
        assertThat(older.isNewerThan(newer)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        // The same event again, in two spellings of one number.
        "A, A",
        "A, 0A",
        // Padded on the left the first is greater, padded on the right the second one.
        "10, 2",
        "100, F",
        ", A",
        ",",
    })
    void nobodyKnowsWhichIsNewer(String one, String other) {
        // Given
        ObjectRef first = object("b", "k", one);
        ObjectRef second = object("b", "k", other);

        // When
        boolean firstIsNewer = first.isNewerThan(second);
        boolean secondIsNewer = second.isNewerThan(first);

        // Then
        assertThat(firstIsNewer).isFalse();
        assertThat(secondIsNewer).isFalse();
    }

    @Test
    void sequencersOfTwoKeysOrBucketsDoNotCompare() {
        // Given
        ObjectRef object = object("b", "k", "B");

        // When
        boolean thanAnotherKey = object.isNewerThan(object("b", "other", "A"));
        boolean thanAnotherBucket = object.isNewerThan(object("other", "k", "A"));

        // Then
        assertThat(thanAnotherKey).isFalse();
        assertThat(thanAnotherBucket).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "ceph:s3, ObjectCreated:Post, true",
        "ceph:s3, ObjectCreated:Put, false",
        "minio:s3, ObjectCreated:Post, false",
    })
    void onlyAPostOfCephMayComeBeforeItsObject(String source, String eventName, boolean expected) {
        // Given
        ObjectRef object = new ObjectRef("b", "k", null, null, null, null, null, null, source, eventName);

        // When
        boolean mayNotExistYet = object.mayNotExistYet();

        // Then
        assertThat(mayNotExistYet).isEqualTo(expected);
    }

    private static ObjectRef object(String bucket, String key, String sequencer) {
        return new ObjectRef(bucket, key, null, null, null, null, null, sequencer, "aws:s3", "ObjectCreated:Put");
    }
}
