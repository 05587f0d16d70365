package io.imagetransformer;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

/** Camel repeats the value of an option that it does not take, and the value may be a password. */
@Timeout(60)
class MistakesInSecretsTellNoneTest {
    private static final String SECRET = "hunter2";
    private static final String NO_OPTION =
            " is no option of Camel's, or does not take its value: correct the name or the value";

    static Stream<Arguments> mistakes() {
        return Stream.of(
                argumentSet(
                        "a misspelt option",
                        "camel.component.kafka.sasl-jaas-configg",
                        "module required username=\"me\" password=\"" + SECRET + "\";",
                        "camel.component.kafka.sasl-jaas-configg" + NO_OPTION),
                argumentSet(
                        "a misspelt option of a part",
                        "camel.component.kafka.configuration.ssl-key-pasword",
                        SECRET,
                        "camel.component.kafka.ssl-key-pasword" + NO_OPTION),
                argumentSet(
                        "a misspelt option of another prefix",
                        "camel.ssl.keystore-pasword",
                        SECRET,
                        "camel.ssl.keystore-pasword" + NO_OPTION),
                argumentSet(
                        "a value that its cause repeats",
                        "camel.component.kafka.ssl-key-password",
                        "#class:" + SECRET,
                        "camel.component.kafka.ssl-key-password" + NO_OPTION),
                argumentSet(
                        "a placeholder beside a secret",
                        "camel.component.kafka.sasl-jaas-config",
                        "module required username=\"{{no.such.key}}\" password=\"" + SECRET + "\";",
                        "no.such.key"));
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void theKeyIsToldAndTheValueIsNot(String key, String value, String told) {
        // Given
        Map<String, String> settings =
                Map.of("kafka.enabled", "false", "http.enabled", "false", "management.enabled", "false", key, value);
        Path home = Path.of("").toAbsolutePath();
        StringWriter err = new StringWriter();

        // When
        Throwable thrown;
        try (KafkaImageTransformer program = new KafkaImageTransformer(home, settings)) {
            thrown = catchThrowable(program::start);
        }
        int exitCode = new Commands(home, settings, new PrintWriter(new StringWriter()), new PrintWriter(err, true))
                .run("dead-letters", "list");

        // Then
        assertThat(KafkaImageTransformer.reason(thrown)).contains(told).doesNotContain(SECRET);
        assertThat(err.toString()).contains(told).doesNotContain(SECRET);
        assertThat(exitCode).isEqualTo(1);
    }
}
