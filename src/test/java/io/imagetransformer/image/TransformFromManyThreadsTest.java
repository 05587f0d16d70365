package io.imagetransformer.image;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** One transform serves all threads: no picture gets another's numbers. */
class TransformFromManyThreadsTest {

    @Test
    void eachPictureGetsItsOwnNumbers() throws Exception {
        // Given
        ImageTransform transform = new ImageTransform(ImageSettings.mnist());
        List<byte[]> pictures =
                Corpus.readable(2_000).stream().map(Corpus::bytes).toList();
        List<TransformResult> alone =
                pictures.stream().map(transform::transform).toList();
        ExecutorService threads = Executors.newFixedThreadPool(16);

        // When
        List<Future<List<Integer>>> differing = new ArrayList<>();
        for (int thread = 0; thread < 16; thread++) {
            int shift = thread * 17;
            differing.add(threads.submit(() -> IntStream.range(0, pictures.size() * 3)
                    .map(i -> (i + shift) % pictures.size())
                    .filter(i -> !transform.transform(pictures.get(i)).equals(alone.get(i)))
                    .boxed()
                    .toList()));
        }

        // Then
        for (Future<List<Integer>> ofThread : differing) {
            assertThat(ofThread.get()).isEmpty();
        }
        threads.shutdown();
    }
}
