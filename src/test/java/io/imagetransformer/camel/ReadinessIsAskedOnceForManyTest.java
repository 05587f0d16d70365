package io.imagetransformer.camel;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Probes come often and from many; our neighbours are not to be asked each time. */
class ReadinessIsAskedOnceForManyTest {
    private final AtomicLong seconds = new AtomicLong();
    private final AtomicInteger asked = new AtomicInteger();
    private Optional<String> missing = Optional.empty();
    private final Readiness readiness = new Readiness(() -> seconds.get() * 1_000_000_000L);

    private Optional<String> ask() {
        asked.incrementAndGet();
        return missing;
    }

    @Test
    void untilItIsStartedItIsNotReady() {
        // Given no call of started

        // When
        Optional<String> why = readiness.missing();

        // Then
        assertThat(why).get().asString().contains("starting");
    }

    @Test
    void anAnswerHoldsForFiveSecondsAndForOneWhereSomethingIsMissing() {
        // Given
        readiness.started(this::ask);

        // When
        readiness.missing();
        seconds.set(4);
        readiness.missing();
        int first = asked.get();
        missing = Optional.of("S3 is away");
        seconds.set(5);
        Optional<String> away = readiness.missing();
        missing = Optional.empty();
        Optional<String> held = readiness.missing();
        seconds.set(6);
        Optional<String> back = readiness.missing();

        // Then
        assertThat(first).isEqualTo(1);
        assertThat(away).contains("S3 is away");
        assertThat(held).contains("S3 is away");
        assertThat(back).isEmpty();
        assertThat(asked).hasValue(3);
    }

    @Test
    void whenItStopsItIsNotReadyWhateverTheOthersAre() {
        // Given
        readiness.started(this::ask);
        readiness.missing();

        // When
        readiness.stopping();

        // Then
        assertThat(readiness.missing()).get().asString().contains("stopping");
        assertThat(asked).hasValue(1);
    }
}
