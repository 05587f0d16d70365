package io.imagetransformer.image;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** However many threads there are, the pictures in memory hold {@code image.max-pixels} together. */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PixelBudgetIsSharedTest {
    private final PixelBudget budget = new PixelBudget(100_000);
    private final CountDownLatch decoding = new CountDownLatch(1);
    private final CountDownLatch mayEnd = new CountDownLatch(1);

    @Test
    void aPictureThatDoesNotFitBesideAnotherWaitsForItsEnd() throws InterruptedException {
        // Given
        Thread first = decodingThread(60_000);
        decoding.await();
        CountDownLatch decoded = new CountDownLatch(1);
        Thread second = thread(() -> budget.spend(60_000, () -> {
            decoded.countDown();
            return "";
        }));

        // When
        await("the second waits").atMost(Duration.ofSeconds(10)).until(() -> second.getState() == Thread.State.WAITING);
        long notYet = decoded.getCount();
        mayEnd.countDown();
        second.join();
        first.join();

        // Then
        assertThat(notYet).isEqualTo(1);
        assertThat(decoded.getCount()).isZero();
    }

    @Test
    void aPictureThatFitsBesideAnotherDoesNotWait() throws InterruptedException {
        // Given
        Thread large = decodingThread(60_000);
        decoding.await();

        // When
        String small = budget.spend(30_000, () -> "decoded");

        // Then
        assertThat(small).isEqualTo("decoded");
        mayEnd.countDown();
        large.join();
    }

    @Test
    void aPictureThatFailsGivesItsShareBack() {
        // Given
        assertThatThrownBy(() -> budget.spend(100_000, () -> {
                    throw new IllegalStateException("failed");
                }))
                .hasMessage("failed");

        // When
        String next = budget.spend(100_000, () -> "decoded");

        // Then
        assertThat(next).isEqualTo("decoded");
    }

    private Thread decodingThread(long pixels) {
        return thread(() -> budget.spend(pixels, () -> {
            decoding.countDown();
            try {
                mayEnd.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return "";
        }));
    }

    private static Thread thread(Runnable run) {
        Thread thread = new Thread(run);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }
}
