package io.imagetransformer.delivery;

import org.junit.jupiter.api.Test;

import io.imagetransformer.event.ObjectRef;

import static org.assertj.core.api.Assertions.assertThat;

/** Decision 0005: an image whose copy moves leaves an older one behind, and somebody has to know. */
class RelabelledImagesAreToldTest {
    private static final Outcome.Filed UNDER_3 = new Outcome.Filed("digits", "3/a.png");
    private static final Outcome.Filed UNDER_7 = new Outcome.Filed("digits", "7/a.png");

    private final Relabelled relabelled = new Relabelled();

    @Test
    void theOlderPlaceIsToldWhenAnImageMoves() {
        // Given
        relabelled.filed(object("a.png"), UNDER_3);

        // When
        Outcome.Filed before = relabelled.filed(object("a.png"), UNDER_7);

        // Then
        assertThat(before).isEqualTo(UNDER_3);
    }

    @Test
    void aRepeatIsNoMoveAndNeitherIsAnotherImage() {
        // Given
        relabelled.filed(object("a.png"), UNDER_3);

        // When
        Outcome.Filed again = relabelled.filed(object("a.png"), UNDER_3);
        Outcome.Filed other = relabelled.filed(object("b.png"), UNDER_7);

        // Then
        assertThat(again).isNull();
        assertThat(other).isNull();
    }

    private static ObjectRef object(String key) {
        return new ObjectRef("mnist", key, null, null, null, null, null, null, "minio:s3", "ObjectCreated:Put");
    }
}
