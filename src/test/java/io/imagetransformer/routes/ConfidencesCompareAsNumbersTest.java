package io.imagetransformer.routes;

import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Camel compares some numbers as whole ones, others as texts: not these. */
class ConfidencesCompareAsNumbersTest {
    private static final String BELOW = "${variable.confidence} != null && ${variable.confidence} < ";
    private static final DefaultCamelContext CONTEXT = new DefaultCamelContext();

    @AfterAll
    static void stop() {
        CONTEXT.stop();
    }

    @ParameterizedTest
    @CsvSource({
        "0.7, 0.75, true",
        "0.75, 0.75, false",
        "0.9, 0.75, false",
        "0.09, 0.1, true",
        "0.999, 1, true",
        "0.999, 1.0, true",
        "1.0, 1, false",
        "0.0, 0.0, false",
        "0.5, 0.50, false",
        "1.0E-7, 0.001, true",
        "0.001, 0.0001, false",
        "0.123456789012345, 0.123456789012346, true"
    })
    void withEveryThresholdThatTheSettingAllows(double confidence, String threshold, boolean below) {
        // Given
        String predicate = BELOW + threshold;

        // When
        boolean matches = matches(predicate, confidence);

        // Then
        assertThat(matches).isEqualTo(below);
    }

    @Test
    void anAbsentConfidenceIsNotBelow() {
        // Given
        Double absent = null;

        // When
        boolean matches = matches(BELOW + "0.5", absent);

        // Then
        assertThat(matches).isFalse();
    }

    private static boolean matches(String predicate, @Nullable Double confidence) {
        CONTEXT.start();
        DefaultExchange exchange = new DefaultExchange(CONTEXT);
        if (confidence != null) {
            exchange.setVariable("confidence", confidence);
        }
        return CONTEXT.resolveLanguage("simple").createPredicate(predicate).matches(exchange);
    }
}
