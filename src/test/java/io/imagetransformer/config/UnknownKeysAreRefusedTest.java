package io.imagetransformer.config;

import java.util.Set;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class UnknownKeysAreRefusedTest {
    private final UnknownKeys unknown = new UnknownKeys(ShippedSettings.keys());

    @ParameterizedTest
    @CsvSource({
        "events.topik, events.topic",
        "s3.acces-key, s3.access-key",
        "output.s3.secretkey, output.s3.secret-key",
        "predictor.hostname, predictor.host",
        "dead-letter.topics, dead-letter.topic",
        "log.image, log.images"
    })
    void aMisspeltKeyIsAnErrorWithASuggestion(String misspelt, String meant) {
        // Given
        Set<String> given = Set.of("events.group", misspelt);

        // When
        // Then
        assertThatThrownBy(() -> unknown.refuse(given))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessage(
                        misspelt + " is no setting: did you mean " + meant + "? (your own keys need another prefix)");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"my.key", "camel.component.kafka.security-protocol", "java.home", "user.dir", "imagesque.x"})
    void otherPrefixesAreTheTeams(String key) {
        // Given
        Set<String> given = Set.of(key);

        // When
        // Then
        assertThatCode(() -> unknown.refuse(given)).doesNotThrowAnyException();
    }

    @Test
    void everyShippedKeyIsKnown() {
        // Given
        Set<String> given = ShippedSettings.keys();

        // When
        // Then
        assertThatCode(() -> unknown.refuse(given)).doesNotThrowAnyException();
    }
}
