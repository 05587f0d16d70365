package io.imagetransformer.config;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

import org.junit.jupiter.api.Test;

import io.imagetransformer.image.ImageSettings;
import io.imagetransformer.image.Invert;
import io.imagetransformer.predictor.V2Options;

import static org.assertj.core.api.Assertions.assertThat;

/** The defaults are promises to users: whoever changes one changes this test, and knows it. */
class DefaultsAreWhatTheFileSaysTest {
    @Test
    void everyDefaultIsRecorded() {
        // Given
        Map<String, String> nothingChanged = Map.of();

        // When
        Settings settings = ShippedSettings.with(nothingChanged);

        // Then
        Settings.Store store =
                new Settings.Store("", "us-east-1", Secret.NONE, Secret.NONE, false, Duration.ofSeconds(30));
        assertThat(settings)
                .isEqualTo(new Settings(
                        new Settings.Kafka(true, "localhost:9092"),
                        new Settings.Events(
                                "mnist",
                                "kafka-image-transformer",
                                1,
                                256,
                                Duration.ofMinutes(10),
                                Duration.ofMinutes(7)),
                        new Settings.Batch(256, 64L << 20, 24),
                        new Settings.Source(Set.of("mnist")),
                        store,
                        store,
                        new Settings.Predictor(
                                Settings.Protocol.V1,
                                "localhost:8081",
                                "mnist",
                                "",
                                false,
                                Duration.ofMinutes(1),
                                256,
                                2,
                                V2Options.none()),
                        new ImageSettings(28, 28, 1, Invert.ALWAYS, 32L << 20, 100_000_000),
                        new Settings.Output("digits", "{label}/{key}"),
                        new Settings.Review(0, "review"),
                        new Settings.DeadLetter("mnist-dead-letter", true),
                        new Settings.Results(""),
                        new Settings.Http(
                                true,
                                "0.0.0.0",
                                8080,
                                32 << 20,
                                64,
                                128L << 20,
                                Duration.ofMinutes(1),
                                Duration.ofSeconds(3),
                                Duration.ZERO,
                                Set.of()),
                        new Settings.CloudEvents("io.kserve.inference.response", "io.kserve.inference.mnist", false),
                        new Settings.Management(true, 9876),
                        new Settings.Tls(""),
                        Duration.ofSeconds(30),
                        false));
    }

    @Test
    void theKeysOfTheFileAreTheKeysThatAreRead() {
        // Given
        Set<String> read = new TreeSet<>();
        Map<String, String> several = Map.of("source.buckets", "mnist,more", "output.allow-collisions", "true");

        // When
        Settings.read(key -> {
            if (!key.startsWith("camel.")) {
                read.add(key);
            }
            return ShippedSettings.lookup(several).apply(key);
        });

        // Then
        assertThat(read).isEqualTo(ShippedSettings.keys());
    }
}
