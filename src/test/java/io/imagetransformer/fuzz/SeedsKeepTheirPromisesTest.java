package io.imagetransformer.fuzz;

import java.util.List;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/** What the fuzzer begins with, and what it ever found, in every build. */
class SeedsKeepTheirPromisesTest {

    @ParameterizedTest
    @EnumSource
    void ofEveryTarget(FuzzTargets name) {
        // Given
        FuzzTarget target = name.make();
        List<byte[]> seeds = FuzzSeeds.of(name);

        // When, Then
        assertThat(seeds).isNotEmpty().allSatisfy(target::work);
    }
}
