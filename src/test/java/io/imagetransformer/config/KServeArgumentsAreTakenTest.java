package io.imagetransformer.config;

import java.util.Map;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

class KServeArgumentsAreTakenTest {
    static Stream<Arguments> forms() {
        return Stream.of(
                argumentSet("a word by itself", line("--model_name mnist"), Map.of("model.name", "mnist")),
                argumentSet("behind =", line("--model_name=mnist"), Map.of("model.name", "mnist")),
                argumentSet("= in a value", line("--predictor_host=a=b"), Map.of("predictor.host", "a=b")),
                argumentSet("a port", line("--predictor_host p.ns:80"), Map.of("predictor.host", "p.ns:80")),
                argumentSet("the door's port", line("--http_port 8085"), Map.of("http.port", "8085")),
                argumentSet("a protocol", line("--predictor_protocol v2"), Map.of("predictor.protocol", "v2")),
                argumentSet("Python's True", line("--predictor_use_ssl True"), Map.of("predictor.use-ssl", "true")),
                argumentSet("Python's False", line("--predictor_use_ssl=False"), Map.of("predictor.use-ssl", "false")),
                argumentSet(
                        "a bare flag",
                        line("--predictor_use_ssl --model_name m"),
                        Map.of("predictor.use-ssl", "true", "model.name", "m")),
                argumentSet(
                        "seconds without a unit",
                        line("--predictor_request_timeout_seconds 600"),
                        Map.of("predictor.timeout", "600s")),
                argumentSet("the later of two", line("--model_name a --model_name b"), Map.of("model.name", "b")),
                argumentSet("an empty value", line("--model_name="), Map.of("model.name", "")),
                argumentSet(
                        "a value that is missing is no value",
                        line("--model_name --predictor_host p"),
                        Map.of("model.name", "", "predictor.host", "p")),
                argumentSet("none", new String[0], Map.of()));
    }

    private static String[] line(String line) {
        return line.split(" ");
    }

    @ParameterizedTest
    @MethodSource("forms")
    void inEveryFormThatTheControllerWrites(String[] arguments, Map<String, String> settings) {
        // Given the arguments

        // When
        KServeArguments parsed = KServeArguments.parse(arguments);

        // Then
        assertThat(parsed.settings()).isEqualTo(settings);
        assertThat(parsed.ignored()).isEmpty();
    }

    @Test
    void othersAreIgnoredByNameWithTheirValues() {
        // Given
        String[] arguments = line("--grpc_port 8081 --workers=2 --model_name m stray --enable_docs_url --log secret");

        // When
        KServeArguments parsed = KServeArguments.parse(arguments);

        // Then
        assertThat(parsed.settings()).containsExactly(Map.entry("model.name", "m"));
        assertThat(parsed.ignored()).containsExactly("--grpc_port", "--workers", "stray", "--enable_docs_url", "--log");
    }

    @Test
    void whatTheyGiveIsRefusedAsAnyOtherValue() {
        // Given
        KServeArguments parsed = KServeArguments.parse("--model_name");

        // When
        Throwable refusal = catchThrowable(() -> ShippedSettings.with(parsed.settings()));

        // Then
        assertThat(refusal).hasMessage("model.name is empty: give it a value");
    }
}
