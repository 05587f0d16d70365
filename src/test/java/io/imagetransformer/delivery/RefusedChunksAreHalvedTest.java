package io.imagetransformer.delivery;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import io.imagetransformer.event.Decoded;
import io.imagetransformer.image.Tensor;
import io.imagetransformer.predictor.Answer;

import static io.imagetransformer.delivery.Given.ROOMY;
import static io.imagetransformer.delivery.Given.batchOf;
import static io.imagetransformer.delivery.Given.created;
import static io.imagetransformer.delivery.Given.prediction;
import static org.assertj.core.api.Assertions.assertThat;

class RefusedChunksAreHalvedTest {
    @Test
    void predictionsGoToTheInstancesInTheirOrder() {
        // Given
        Chunk chunk = chunk(3);

        // When
        chunk.accept(new Answer.Predictions(List.of(prediction("7"), prediction("8"), prediction("9"))));

        // Then
        assertThat(chunk.getPredicted())
                .extracting(upload -> upload.prediction().label())
                .containsExactly("7", "8", "9");
        assertThat(chunk.getToPredict()).isEmpty();
    }

    @Test
    void onlyWhatWasTransformedIsAskedAbout() {
        // Given
        Chunk chunk = chunk(4);
        List<Upload> uploads = chunk.getPending();

        // When
        uploads.get(1).end(new Outcome.Failed("transform", "not-an-image", "no"));
        uploads.get(2).release();

        // Then
        assertThat(Given.keys(chunk.getToPredict())).containsExactly("k0", "k3");
        assertThat(chunk.tensors()).hasSize(2);
    }

    @Test
    void halvesCoverAllAndOverlapNowhere() {
        // Given
        Chunk chunk = chunk(5);

        // When
        chunk.refuse("status 400");

        // Then
        assertThat(chunk.getRefusedHalves())
                .extracting(half -> Given.keys(half.getToPredict()))
                .containsExactly(List.of("k0", "k1"), List.of("k2", "k3", "k4"));
    }

    @Test
    void thereAreNoHalvesOfWhatIsTakenOrAlone() {
        // Given
        Chunk taken = chunk(2);
        Chunk alone = chunk(1);

        // When
        taken.refuse("status 400");
        taken.accept(new Answer.Predictions(List.of(prediction("1"), prediction("2"))));
        alone.refuse("status 400");

        // Then
        assertThat(taken.getRefusedHalves()).isEmpty();
        assertThat(alone.getRefusedHalves()).isEmpty();
    }

    @Test
    void theOnesAtFaultAreFoundWhereverTheyStand() {
        // Given
        for (Set<Integer> bad : List.of(Set.of(0), Set.of(6), Set.of(2, 3), Set.of(0, 1, 2, 3, 4, 5))) {
            Chunk chunk = chunk(7);
            Set<Upload> refused =
                    Set.copyOf(bad.stream().map(chunk.getPending()::get).toList());

            // When
            ask(chunk, refused);
            List<Chunk> alone = chunk.getRefusedAlone();
            chunk.blameRefused();

            // Then
            assertThat(alone).as("%s", bad).hasSameSizeAs(bad);
            assertThat(chunk.getPredicted()).hasSize(7 - bad.size());
            assertThat(refused).allSatisfy(upload -> assertThat(upload.outcome())
                    .isEqualTo(new Outcome.Failed("predict", "predictor-refused", "status 400")));
        }
    }

    @Test
    void whereAllAreRefusedNobodyIsBlamedYet() {
        // Given
        Chunk chunk = chunk(3);

        // When
        ask(chunk, Set.copyOf(chunk.getPending()));

        // Then
        assertThat(chunk.isAnyRefused()).isTrue();
        assertThat(chunk.refusal()).isEqualTo("status 400");
        assertThat(chunk.getPending()).hasSize(3);
    }

    @Test
    void oneThatIsTakenAfterAllIsNotBlamed() {
        // Given
        Chunk chunk = chunk(1);
        chunk.refuse("status 400");

        // When
        chunk.accept(new Answer.Predictions(List.of(prediction("1"))));
        chunk.blameRefused();

        // Then
        assertThat(chunk.isAnyRefused()).isFalse();
        assertThat(chunk.getPredicted()).hasSize(1);
    }

    @Test
    void aChunkOfNoneIsRefusesNone() {
        // Given
        Chunk chunk = new Chunk(List.of(), Map.of());

        // When
        chunk.blameRefused();

        // Then
        assertThat(chunk.getToPredict()).isEmpty();
        assertThat(chunk.isAnyRefused()).isFalse();
    }

    @Test
    void aProbeIsOneInstanceThatNoRecordWaitsFor() {
        // Given
        Tensor tensor = new Tensor(1, 1, 1, new double[] {0.5});

        // When
        Chunk probe = new Chunk(List.of(), Map.of()).probe(tensor);

        // Then
        assertThat(probe.tensors()).containsExactly(tensor);
    }

    /** As the route does: the chunk, then each half of what was refused. */
    private static void ask(Chunk chunk, Set<Upload> bad) {
        if (chunk.getToPredict().stream().anyMatch(bad::contains)) {
            chunk.refuse("status 400");
        } else {
            chunk.accept(new Answer.Predictions(
                    chunk.getToPredict().stream().map(upload -> prediction("1")).toList()));
        }
        chunk.getRefusedHalves().forEach(half -> ask(half, bad));
    }

    private static Chunk chunk(int size) {
        Decoded[] events =
                IntStream.range(0, size).mapToObj(i -> created("k" + i)).toArray(Decoded[]::new);
        List<Upload> uploads =
                new ArrayList<>(batchOf(ROOMY, events).getUploads().toList());
        uploads.forEach(Given::fetch);
        return new Chunk(uploads, Map.of());
    }
}
