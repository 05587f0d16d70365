package io.imagetransformer.camel;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;

import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;

import io.imagetransformer.config.Settings;
import io.imagetransformer.storage.KeyLayout;

import static org.assertj.core.api.Assertions.assertThat;

/** A line that is only to be read must never fail the image that it tells of. */
class LogLineOfAFiledImageTest {
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05.678Z");

    private final ImageFacts facts = new ImageFacts(
            new KeyLayout("{label}/{key}"),
            new Settings.Output("digits", "{label}/{key}"),
            "mnist",
            Clock.fixed(NOW, ZoneOffset.UTC));
    private final Exchange exchange = new DefaultExchange(new DefaultCamelContext());

    @Test
    void confidenceHasThreeDigitsAndIsNeverRoundedUp() {
        exchange.setVariable("confidence", 0.99987);
        assertThat(facts.confidence(exchange)).isEqualTo("0.999");
    }

    @Test
    void aModelThatTellsNoConfidenceIsNoFailure() {
        assertThat(facts.confidence(exchange)).isEqualTo("unknown");
    }

    @Test
    void theAgeIsTheTimeSinceTheEvent() {
        exchange.setVariable("eventTime", NOW.minusMillis(1_234));
        assertThat(facts.age(exchange)).isEqualTo("1234 ms after its upload");
    }

    @Test
    void anEventThatTellsNoTimeIsNoFailure() {
        assertThat(facts.age(exchange)).isEqualTo("age unknown");
    }
}
