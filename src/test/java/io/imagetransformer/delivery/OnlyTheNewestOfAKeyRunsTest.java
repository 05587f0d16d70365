package io.imagetransformer.delivery;

import java.util.Iterator;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;

import io.imagetransformer.event.Decoded;
import io.imagetransformer.event.ObjectRef;

import static io.imagetransformer.delivery.Given.ROOMY;
import static io.imagetransformer.delivery.Given.batch;
import static io.imagetransformer.delivery.Given.batchOf;
import static io.imagetransformer.delivery.Given.created;
import static org.assertj.core.api.Assertions.assertThat;

class OnlyTheNewestOfAKeyRunsTest {
    @Test
    void theLaterOneWithoutSequencers() {
        // Given
        Decoded.Created first = created("a");
        Decoded.Created second = created("a");

        // When
        Batch batch = batchOf(ROOMY, first, created("b"), second);

        // Then
        assertThat(pending(batch)).containsExactly(false, true, true);
    }

    @Test
    void theHigherSequencerWhereverItStands() {
        // Given
        Decoded.Created newer = created("a", 1L, "0065");
        Decoded.Created older = created("a", 1L, "0064");

        // When
        Batch batch = batchOf(ROOMY, newer, older);

        // Then
        assertThat(pending(batch)).containsExactly(true, false);
    }

    @Test
    void ofManyTheNewestAlone() {
        // Given
        Decoded.Created[] events = {
            created("a", 1L, "02"), created("a", 1L, "05"), created("a", 1L, "03"), created("a", 1L, "04")
        };

        // When
        Batch batch = batchOf(ROOMY, events);

        // Then
        assertThat(pending(batch)).containsExactly(false, true, false, false);
    }

    @Test
    void alsoWithinOneRecord() {
        // Given
        List<Decoded> record = List.of(created("a"), created("a"));

        // When
        Batch batch = batch(ROOMY, List.of(record));

        // Then
        assertThat(pending(batch)).containsExactly(false, true);
    }

    @Test
    void theOthersAreIgnoredAsSuperseded() {
        // Given
        Decoded.Created twice = created("a");

        // When
        Batch batch = batchOf(ROOMY, twice, twice);

        // Then
        assertThat(batch.getUploads().findFirst().orElseThrow().outcome())
                .isEqualTo(new Outcome.Ignored(
                        "superseded", "a newer event of its key, or the same again, is in the batch"));
    }

    @Test
    void bothInOrderAndNeverTogetherWhereNobodyKnowsWhichIsNewer() {
        // Given
        Decoded.Created one = of("a", "etag-1");
        Decoded.Created other = of("a", "etag-2");

        // When
        Batch batch = batchOf(ROOMY, one, created("b"), other);

        // Then
        Iterator<Chunk> chunks = batch.getLanes().get(0).getChunks();
        assertThat(eTags(chunks.next())).containsExactly("etag-1", null);
        assertThat(eTags(chunks.next())).containsExactly("etag-2");
    }

    private static Decoded.Created of(String key, String eTag) {
        ObjectRef object =
                new ObjectRef("mnist", key, null, eTag, 1L, null, null, null, "ceph:s3", "ObjectCreated:Put");
        return new Decoded.Created(object, Map.of());
    }

    private static List<String> eTags(Chunk chunk) {
        return chunk.getPending().stream().map(upload -> upload.object().eTag()).toList();
    }

    private static List<Boolean> pending(Batch batch) {
        return batch.getUploads().map(Upload::isPending).toList();
    }
}
