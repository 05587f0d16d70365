package io.imagetransformer.config;

import java.util.List;
import java.util.Map;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
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

    /** {@code -Dhttp.nonProxyHosts} must be possible beside our {@code http.} */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "http.agent",
                "http.auth.digest.disabledAlgorithms",
                "http.auth.digest.reEnabledAlgorithms",
                "http.auth.digest.validateProxy",
                "http.auth.digest.validateServer",
                "http.auth.ntlm.domain",
                "http.auth.preference",
                "http.KeepAlive.remainingData",
                "http.keepAlive",
                "http.keepAlive.time.proxy",
                "http.keepAlive.time.server",
                "http.maxConnections",
                "http.maxRedirects",
                "http.nonProxyHosts",
                "http.proxyHost",
                "http.proxyPassword",
                "http.proxyPort",
                "http.proxyUser",
                "http.strictPostRedirect"
            })
    void systemPropertiesOfJavaItselfAreNotRefused(String key) {
        // Given
        SettingSources sources = new SettingSources(ShippedSettings.keys(), Set.of(), Map.of(key, "x"), Map.of());

        // When
        // Then
        assertThatCode(sources::refuseUnknownKeys).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource({"predictor.hots, predictor.host", "http.prot, http.port", "http.maxBytes, http.max-bytes"})
    void aMisspeltSystemPropertyIsAnErrorWithASuggestion(String misspelt, String meant) {
        // Given
        SettingSources sources = new SettingSources(ShippedSettings.keys(), Set.of(), Map.of(misspelt, "x"), Map.of());

        // When
        // Then
        assertThatThrownBy(sources::refuseUnknownKeys)
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining(misspelt + " is no setting: did you mean " + meant + "?");
    }

    @Test
    void whatJavaReadsIsNoSettingInAFile() {
        // Given
        SettingSources sources =
                new SettingSources(ShippedSettings.keys(), Set.of("http.proxyHost"), Map.of(), Map.of());

        // When
        // Then
        assertThatThrownBy(sources::refuseUnknownKeys)
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("http.proxyHost is no setting");
    }

    @ParameterizedTest
    @CsvSource({
        "S3_ACESS_KEY, S3_ACCESS_KEY",
        "EVENTS_TOPICS, EVENTS_TOPIC",
        "KAFKA_BROKER, KAFKA_BROKERS",
        "OUTPUT_S3_SECRETKEY, OUTPUT_S3_SECRET_KEY",
        "DEAD_LETTER_TOPC, DEAD_LETTER_TOPIC",
        "EVENT_TOPIC, EVENTS_TOPIC",
        "KAFKA_BROKRES, KAFKA_BROKERS"
    })
    void aMisspeltVariableIsToldWithASuggestion(String misspelt, String meant) {
        // When
        List<String> lines = unknown.nearMisses(Set.of(misspelt, "PATH"));

        // Then
        assertThat(lines).containsExactly(misspelt + " in the environment is no setting: did you mean " + meant + "?");
    }

    @Test
    void aMisspeltFirstWordIsToldThoughTheKeyMayBeTheTeams() {
        // When
        List<String> lines = unknown.nearMissesOfFile(Set.of("event.topic", "events.topic", "my.topic", "https.port"));

        // Then
        assertThat(lines).containsExactly("event.topic is no setting: did you mean events.topic?");
    }

    /** Kubernetes tells of each service by variables, too. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP_PROXY",
                "HTTPS_PORT",
                "HTTP_PORT",
                "KAFKA_HOME",
                "KAFKA_PORT",
                "KAFKA_SERVICE_HOST",
                "MODEL_DIR",
                "MODEL_NAMESPACE",
                "S3_URL",
                "S3_PORT_9000_TCP",
                "S3_BUCKET",
                "PREDICTOR_PORT",
                "LOG_LEVEL",
                "IMAGE_TAG",
                "CE_ID",
                "OUTPUT_DIR",
                "TLS_CERT_FILE"
            })
    void variablesOfOthersAreNotTold(String name) {
        // When
        List<String> lines = unknown.nearMisses(Set.of(name));

        // Then
        assertThat(lines).isEmpty();
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
