package io.imagetransformer.serve;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

import io.imagetransformer.event.DecoderLimits;
import io.imagetransformer.event.EventDecoder;
import io.imagetransformer.event.SourcePolicy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/** What clients depend on byte for byte: the bodies are those that kserve 0.21.0 was seen to send. */
class EachPathIsAnsweredAsKServeDoesTest {
    private Optional<String> notReady = Optional.empty();
    private final DataPlane dataPlane = new DataPlane(
            "mnist",
            new EventDecoder(DecoderLimits.defaults()),
            new SourcePolicy(Set.of("mnist"), Set.of("digits")),
            () -> notReady,
            () -> "a_metric 1.0\n");

    private Asked ask(String method, String path) {
        return dataPlane.read(new HttpRequest(method, path, Map.of(), Map.of(), new byte[0]));
    }

    private HttpResponse answer(String method, String path) {
        return ((Asked.Nothing) ask(method, path)).response();
    }

    private static String body(HttpResponse response) {
        return new String(response.body(), StandardCharsets.UTF_8);
    }

    static Stream<Arguments> questions() {
        String models = "{\"models\":[\"mnist\"]}";
        String ready = "{\"name\":\"mnist\",\"ready\":true}";
        return Stream.of(
                arguments("/", "{\"status\":\"alive\"}"),
                arguments("/v1/models", models),
                arguments("/v2/models", models),
                arguments("/v1/models/mnist", ready),
                arguments("/v2/models/mnist/ready", ready),
                arguments(
                        "/v2",
                        "{\"name\":\"kserve\",\"version\":\"0.21.0\",\"extensions\":[\"model_repository_extension\"]}"),
                arguments("/v2/health/live", "{\"live\":true}"),
                arguments("/v2/health/ready", "{\"ready\":true}"),
                arguments(
                        "/v2/models/mnist",
                        "{\"name\":\"mnist\",\"versions\":null,\"platform\":\"\",\"inputs\":[],\"outputs\":[]}"));
    }

    @ParameterizedTest
    @MethodSource("questions")
    void eachQuestionHasItsBody(String path, String body) {
        // Given a program that is ready

        // When
        HttpResponse response = answer("GET", path);

        // Then
        assertThat(response.status()).isEqualTo(200);
        assertThat(body(response)).isEqualTo(body);
        assertThat(response.headers()).containsExactly(Map.entry("Content-Type", "application/json"));
    }

    @ParameterizedTest
    @CsvSource({"/v1/models/mnist", "/v2/models/mnist/ready", "/v2/health/ready"})
    void whileItIsNotReadyTheReasonIsSaid(String path) {
        // Given
        notReady = Optional.of("the predictor at http://p cannot be reached");

        // When
        HttpResponse response = answer("GET", path);

        // Then
        assertThat(response.status()).isEqualTo(503);
        assertThat(body(response)).contains("is not ready. the predictor at http://p cannot be reached");
        assertThat(response.headers()).containsKey("Retry-After");
    }

    @ParameterizedTest
    @CsvSource({"/", "/v2/health/live", "/v1/models", "/v2/models/mnist"})
    void whileItIsNotReadyItIsAliveAllTheSame(String path) {
        // Given
        notReady = Optional.of("S3 is away");

        // When
        HttpResponse response = answer("GET", path);

        // Then
        assertThat(response.status()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET  | /v1/models/nope                       | 404 | {\"error\":\"Model with name nope does not exist.\"}",
                "POST | /v1/models/nope:predict               | 404 | {\"error\":\"Model with name nope does not exist.\"}",
                "POST | /v1/models/mnist:explain              | 501 | {\"error\":\"explain is not implemented\"}",
                "POST | /v2/models/mnist/versions/1/infer     | 501 | {\"error\":\"Model versioning not supported yet.\"}",
                "POST | /v1/models/mnist:predicts             | 404 | {\"detail\":\"Not Found\"}",
                "POST | /v1/models/mnist/predict              | 404 | {\"detail\":\"Not Found\"}",
                "GET  | /v1/modelsX                           | 404 | {\"detail\":\"Not Found\"}",
                "GET  | /v2/models/mnist/%zz                  | 404 | {\"detail\":\"Not Found\"}",
                "GET  | /v3                                   | 404 | {\"detail\":\"Not Found\"}",
                "GET  | /v1/models/mnist:predict              | 405 | {\"detail\":\"Method Not Allowed\"}",
                "POST | /v1/models/mnist                      | 405 | {\"detail\":\"Method Not Allowed\"}",
                "PUT  | /                                     | 405 | {\"detail\":\"Method Not Allowed\"}",
                "GET  | /v2/models/mnist/infer                | 405 | {\"detail\":\"Method Not Allowed\"}",
            })
    void whatThereIsNotIsSaid(String method, String path, int status, String body) {
        // Given one model

        // When
        HttpResponse response = answer(method, path);

        // Then
        assertThat(response.status()).isEqualTo(status);
        assertThat(body(response)).isEqualTo(body);
    }

    @ParameterizedTest
    @CsvSource({"/v1/models/mnist:predict", "/v1/models/mnist%3Apredict", "/v2/models/mnist/infer"})
    void theColonMayBeEncoded(String path) {
        // Given no event in the body

        // When
        Asked asked = ask("POST", path);

        // Then
        assertThat(asked).isInstanceOf(Asked.Events.class);
    }

    @Test
    void metricsAreWhereKServeHasThem() {
        // Given a meter

        // When
        HttpResponse response = answer("GET", "/metrics");

        // Then
        assertThat(body(response)).isEqualTo("a_metric 1.0\n");
        assertThat(response.headers().get("Content-Type")).startsWith("text/plain");
    }
}
