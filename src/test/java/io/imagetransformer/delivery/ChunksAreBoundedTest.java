package io.imagetransformer.delivery;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

import org.junit.jupiter.api.Test;

import io.imagetransformer.event.Decoded;

import static io.imagetransformer.delivery.Given.ROOMY;
import static io.imagetransformer.delivery.Given.batchOf;
import static io.imagetransformer.delivery.Given.created;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ChunksAreBoundedTest {
    @Test
    void byTheNumberOfImages() {
        // Given
        BatchLimits two = new BatchLimits(1, 2, 1_000, 0, 1);
        Batch batch = batchOf(two, created("a"), created("b"), created("c"), created("d"), created("e"));

        // When
        List<List<String>> chunks = work(batch, Given::file);

        // Then
        assertThat(chunks).containsExactly(List.of("a", "b"), List.of("c", "d"), List.of("e"), List.of());
    }

    @Test
    void byTheirBytesTensorsIncluded() {
        // Given
        BatchLimits hundred = new BatchLimits(1, 10, 100, 10, 1);
        Batch batch = batchOf(
                hundred, created("a", 40L, null), created("b", 40L, null), created("c", 41L, null), created("d"));

        // When
        List<List<String>> chunks = work(batch, Given::file);

        // Then
        assertThat(chunks).containsExactly(List.of("a", "b"), List.of("c", "d"), List.of());
    }

    @Test
    void butOneImageAloneAlwaysFits() {
        // Given
        BatchLimits small = new BatchLimits(1, 10, 100, 0, 1);
        Batch batch = batchOf(small, created("a", 500L, null), created("b", 500L, null));

        // When
        List<List<String>> chunks = work(batch, Given::file);

        // Then
        assertThat(chunks).containsExactly(List.of("a"), List.of("b"), List.of());
    }

    @Test
    void anEventWithoutSizeIsReckonedWithTheMost() {
        // Given
        BatchLimits limits = new BatchLimits(1, 10, 100, 0, 100);
        Batch batch = batchOf(limits, created("a", null, null), created("b", null, null));

        // When
        List<List<String>> chunks = work(batch, Given::file);

        // Then
        assertThat(chunks).containsExactly(List.of("a"), List.of("b"), List.of());
    }

    @Test
    void anImageThatIsLargerThanItsEventToldComesAgainInALaterChunk() {
        // Given
        BatchLimits limits = new BatchLimits(1, 10, 100, 0, 1);
        Batch batch = batchOf(limits, created("a", 1L, null), created("b", 1L, null), created("c", 1L, null));

        // When
        List<List<String>> chunks = work(batch, upload -> {
            if (upload.object().key().equals("c") || upload.bytes() > 1) {
                Given.file(upload);
            } else {
                upload.learnBytes(90);
            }
        });

        // Then
        assertThat(chunks).containsExactly(List.of("a", "b", "c"), List.of("a"), List.of("b"), List.of());
        assertThat(batch.isUnfinished()).isFalse();
    }

    @Test
    void evenIfTheNextChunkIsAskedForBeforeThisOneIsWorkedOn() {
        // Given
        Batch batch = batchOf(ROOMY, created("a", 1L, null));
        Iterator<Chunk> chunks = batch.getLanes().get(0).getChunks();
        Chunk first = chunks.next();

        // When
        boolean askedAhead = chunks.hasNext();
        first.getPending().get(0).learnBytes(7);

        // Then
        assertThat(askedAhead).isTrue();
        assertThat(Given.keys(chunks.next().getPending())).containsExactly("a");
    }

    @Test
    void whatIsLeftPendingDoesNotComeAgainAndLetsGoOfItsBytes() {
        // Given
        BatchLimits one = new BatchLimits(1, 1, 100, 0, 1);
        Batch batch = batchOf(one, created("a"), created("b"));

        // When
        List<List<String>> chunks = work(batch, Given::fetch);

        // Then
        assertThat(chunks).containsExactly(List.of("a"), List.of("b"), List.of());
        assertThat(batch.getUploads()).allSatisfy(upload -> {
            assertThat(upload.isPending()).isTrue();
            assertThat(upload.isTransformed()).isFalse();
        });
    }

    @Test
    void oneWithoutPatienceGivesWayAndComesAgainFromTheBeginning() {
        // Given
        BatchLimits one = new BatchLimits(1, 1, 100, 0, 1);
        Batch batch = batchOf(one, created("stuck"), created("b"));
        AtomicInteger turns = new AtomicInteger();

        // When
        List<List<String>> chunks = work(batch, upload -> {
            if (upload.object().key().equals("stuck") && turns.incrementAndGet() < 3) {
                Given.fetch(upload);
                assertThat(upload.hasPatience(Duration.ZERO)).isFalse();
            } else {
                assertThat(upload.isTransformed()).isFalse();
                Given.file(upload);
            }
        });

        // Then
        assertThat(chunks).startsWith(List.of("stuck"), List.of("b"), List.of("stuck"), List.of("stuck"));
        assertThat(batch.isUnfinished()).isFalse();
    }

    @Test
    void noneFollowsOneThatEndsTheBatch() {
        // Given
        BatchLimits one = new BatchLimits(1, 1, 100, 0, 1);
        Batch batch = batchOf(one, created("a"), created("b"));

        // When
        List<List<String>> chunks = work(batch, upload -> {
            batch.isTroubledBy("S3 is away");
            batch.stop();
        });

        // Then
        assertThat(chunks).containsExactly(List.of("a"), List.of());
        assertThat(batch.waitingFor()).isEqualTo("S3 is away");
        assertThat(batch.isUnfinished()).isTrue();
    }

    @Test
    void noneIsBegunWhenTheTimeIsUp() {
        // Given
        List<List<Decoded>> one = List.of(List.of(created("a")));
        Batch batch = Given.batch(ROOMY, one, System.nanoTime() - 1);

        // When
        List<List<String>> chunks = work(batch, Given::file);

        // Then
        assertThat(chunks).isEmpty();
        assertThat(batch.hasTime()).isFalse();
        assertThat(batch.waitingFor()).isEqualTo("the rest of a large batch");
    }

    @Test
    void aBatchWithoutImagesHasNone() {
        // Given
        Batch batch = batchOf(ROOMY);

        // When
        Iterator<Chunk> chunks = batch.getLanes().get(0).getChunks();

        // Then
        assertThat(chunks).isExhausted();
        assertThatThrownBy(chunks::next).isInstanceOf(NoSuchElementException.class);
    }

    /** As Camel's split does: it asks for the next one before it works on this one. */
    private static List<List<String>> work(Batch batch, Consumer<Upload> work) {
        List<List<String>> keys = new ArrayList<>();
        Iterator<Chunk> chunks = batch.getLanes().get(0).getChunks();
        boolean next = chunks.hasNext();
        while (next) {
            List<Upload> uploads = chunks.next().getPending();
            next = chunks.hasNext();
            keys.add(Given.keys(uploads));
            uploads.forEach(work);
        }
        return keys;
    }
}
