package io.imagetransformer.serve;

import java.time.Duration;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class WhatIsHeldIsBoundedTest {
    private static final long MIB = 1 << 20;

    private final Admission admission = new Admission(2, MIB);

    @Test
    void noMoreRequestsComeInThanThereAreIsPlaceFor() {
        // Given
        admission.enter();
        admission.enter();

        // When
        boolean third = admission.enter();
        admission.leave();
        boolean fourth = admission.enter();

        // Then
        assertThat(third).isFalse();
        assertThat(fourth).isTrue();
    }

    @Test
    void bytesThatAreReleasedAreThereAgain() {
        // Given
        boolean all = admission.tryHold(MIB);

        // When
        boolean more = admission.tryHold(1);
        admission.release(MIB);
        boolean again = admission.tryHold(MIB);

        // Then
        assertThat(all).isTrue();
        assertThat(more).isFalse();
        assertThat(again).isTrue();
    }

    @Test
    void whoWantsMoreThanThereIsWaitsForAllThereIs() throws InterruptedException {
        // Given nobody holds any

        // When
        long held = admission.hold(100 * MIB, Duration.ofSeconds(1));
        long second = admission.hold(1, Duration.ofMillis(1));

        // Then
        assertThat(held).isEqualTo(MIB);
        assertThat(second).isNegative();
    }
}
