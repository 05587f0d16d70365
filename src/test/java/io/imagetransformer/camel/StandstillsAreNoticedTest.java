package io.imagetransformer.camel;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class StandstillsAreNoticedTest {
    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5);
    private final Standstills standstills = new Standstills(new DefaultCamelContext(), now::get);

    @Test
    void aProcessThatRunsHasNone() {
        // Given
        long began = now.get();

        // When
        for (int beat = 0; beat < 100; beat++) {
            pass(Duration.ofMillis(1_500));
            standstills.beat();
        }

        // Then
        assertThat(standstills.anySince(began)).isFalse();
    }

    @Test
    void whoWakesUpBeforeTheClockDoesKnowsIt() {
        // Given
        long began = now.get();

        // When
        pass(Duration.ofMillis(4_001));

        // Then
        assertThat(standstills.anySince(began)).isTrue();
    }

    @Test
    void whoWakesUpAfterTheClockDidKnowsIt() {
        // Given
        long began = now.get();
        pass(Duration.ofMillis(4_001));

        // When
        standstills.beat();

        // Then
        assertThat(standstills.anySince(began)).isTrue();
    }

    @Test
    void whatBeganAfterwardsIsNotTouched() {
        // Given
        pass(Duration.ofHours(1));
        standstills.beat();

        // When
        long began = now.get();

        // Then
        assertThat(standstills.anySince(began)).isFalse();
    }

    private void pass(Duration time) {
        now.addAndGet(time.toNanos());
    }
}
