package io.imagetransformer.config;

import java.util.Map;
import java.util.Set;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Arguments, environment, system properties, files: in this order. */
class TheStrongestSourceWinsTest {
    private static final Set<String> SHIPPED = Set.of("model.name", "predictor.host", "s3.access-key", "events.topic");

    @Test
    void kafkasSecurityMayStandInTheEnvironmentAlone() {
        // Given
        SettingSources sources = new SettingSources(
                SHIPPED,
                Set.of(),
                Map.of(),
                Map.of("CAMEL_COMPONENT_KAFKA_SASL_JAAS_CONFIG", "module", "CAMEL_OTHER", "not ours"));

        // When
        Map<String, String> overrides = sources.overrides(Map.of());

        // Then
        assertThat(overrides).containsOnly(Map.entry("camel.component.kafka.sasl-jaas-config", "module"));
    }

    @Test
    void anArgumentWinsOverTheEnvironmentAndThatOverASystemProperty() {
        // Given
        SettingSources sources = new SettingSources(
                SHIPPED,
                Set.of("my.own-key"),
                Map.of("model.name", "system", "predictor.host", "system", "s3.access-key", "system"),
                Map.of("MODEL_NAME", "environment", "PREDICTOR_HOST", "environment", "MY_OWN_KEY", "mine"));

        // When
        Map<String, String> overrides = sources.overrides(Map.of("model.name", "argument"));

        // Then
        assertThat(overrides)
                .containsOnly(
                        Map.entry("model.name", "argument"),
                        Map.entry("predictor.host", "environment"),
                        Map.entry("s3.access-key", "system"),
                        Map.entry("my.own-key", "mine"));
    }
}
