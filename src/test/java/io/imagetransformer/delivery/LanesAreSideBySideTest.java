package io.imagetransformer.delivery;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import io.imagetransformer.event.Decoded;
import io.imagetransformer.event.ObjectRef;

import static io.imagetransformer.delivery.Given.batchOf;
import static io.imagetransformer.delivery.Given.created;
import static org.assertj.core.api.Assertions.assertThat;

class LanesAreSideBySideTest {
    private static final long MIB = 1 << 20;
    private static final BatchLimits THREE_LANES = new BatchLimits(3, 100, 100 * MIB, 0, 1);

    @Test
    void everyUploadIsInOneOfThem() {
        // Given
        Batch batch = batchOf(THREE_LANES, uploads(48));

        // When
        List<List<String>> lanes = work(batch);

        // Then
        assertThat(lanes).extracting(List::size).containsExactly(16, 16, 16);
        assertThat(lanes.stream().flatMap(List::stream))
                .containsExactlyElementsOf(
                        IntStream.range(0, 48).mapToObj(String::valueOf).toList());
    }

    @Test
    void fewUploadsShareOneCallOfThePredictor() {
        // Given
        Batch batch = batchOf(THREE_LANES, uploads(15));

        // When
        List<Lane> lanes = batch.getLanes();

        // Then
        assertThat(lanes).hasSize(1);
    }

    @Test
    void uploadsOfOneKeyShareALaneAndKeepTheirOrder() {
        // Given
        Decoded[] twice = uploads(48);
        twice[47] = new Decoded.Created(
                new ObjectRef("mnist", "0", null, "later", 1L, null, null, null, "ceph:s3", "ObjectCreated:Put"),
                Map.of());
        Batch batch = batchOf(THREE_LANES, twice);

        // When
        List<List<String>> lanes = work(batch);

        // Then
        assertThat(lanes.get(0)).startsWith("0").endsWith("0").hasSize(17);
        assertThat(lanes.get(2)).hasSize(15);
    }

    @Test
    void theirBytesTogetherAreThoseOfABatch() {
        // Given
        BatchLimits sixteenBytes = new BatchLimits(2, 100, 16, 0, 1);
        Batch batch = batchOf(sixteenBytes, uploads(48));

        // When
        List<Integer> first = batch.getLanes().stream()
                .map(lane -> lane.getChunks().next().getPending().size())
                .toList();

        // Then
        assertThat(first).containsExactly(8, 8);
    }

    @Test
    void thereAreAsManyAsHaveRoomForTheLargestImage() {
        // Given
        long roomForTwo = 64 * MIB;

        // When
        BatchLimits limits = BatchLimits.of(5, 256, roomForTwo, 784, 32 * MIB);

        // Then
        assertThat(limits.lanes()).isEqualTo(2);
    }

    private static Decoded[] uploads(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> created(String.valueOf(i)))
                .toArray(Decoded[]::new);
    }

    private static List<List<String>> work(Batch batch) {
        return batch.getLanes().stream()
                .map(lane -> {
                    List<String> keys = new ArrayList<>();
                    lane.getChunks().forEachRemaining(chunk -> {
                        keys.addAll(Given.keys(chunk.getPending()));
                        chunk.getPending().forEach(Given::file);
                    });
                    return keys;
                })
                .toList();
    }
}
