package io.imagetransformer.sandbox;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.http.HttpResponse;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static io.imagetransformer.sandbox.PredictorClient.get;
import static io.imagetransformer.sandbox.PredictorClient.instances;
import static io.imagetransformer.sandbox.PredictorClient.json;
import static io.imagetransformer.sandbox.PredictorClient.predict;
import static io.imagetransformer.sandbox.PredictorClient.send;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class EmbeddedPredictorSpeaksKServeV1Test {

    private static EmbeddedPredictor predictor;

    @BeforeAll
    static void start() throws IOException {
        predictor = EmbeddedPredictor.start(0, "mnist");
    }

    @AfterAll
    static void stop() {
        predictor.close();
    }

    @Test
    void aModelThatIsThereIsReady() throws Exception {
        // When
        HttpResponse<String> response = get(predictor, "/v1/models/mnist");

        // Then
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).isEqualTo("{\"name\":\"mnist\",\"ready\":true}");
    }

    @ParameterizedTest
    @CsvSource({"GET, /v1/models/nope", "POST, /v1/models/nope:predict"})
    void anotherModelIsNotFound(String method, String path) throws Exception {
        // When
        HttpResponse<String> response = send(predictor, method, path, method.equals("POST") ? instances(0) : "");

        // Then
        assertThat(response.statusCode()).isEqualTo(404);
        assertThat(response.body()).isEqualTo("{\"error\":\"Model with name nope does not exist.\"}");
    }

    @Test
    void anotherPathIsNotFound() throws Exception {
        // When
        HttpResponse<String> response = get(predictor, "/v3/models/mnist");

        // Then
        assertThat(response.statusCode()).isEqualTo(404);
        assertThat(response.body()).isEqualTo("{\"error\":\"Not Found\"}");
    }

    @ParameterizedTest
    @CsvSource({
        "GET,    /v1/models/mnist:predict, POST",
        "PUT,    /v1/models/mnist:predict, POST",
        "POST,   /v1/models/mnist,         GET",
        "DELETE, /v1/models/mnist,         GET"
    })
    void anotherMethodIsNotAllowed(String method, String path, String allowed) throws Exception {
        // When
        HttpResponse<String> response = send(predictor, method, path, "");

        // Then
        assertThat(response.statusCode()).isEqualTo(405);
        assertThat(response.headers().firstValue("Allow")).contains(allowed);
        assertThat(response.body()).isEqualTo("{\"error\":\"Method Not Allowed\"}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "image",
                "[]",
                "{}",
                "{\"inputs\":[[0]]}",
                "{\"instances\":null}",
                "{\"instances\":[]}",
                "{\"instances\":5}",
                "{\"instances\":[5]}",
                "{\"instances\":[[]]}",
                "{\"instances\":[[0,1,2]]}",
                "{\"instances\":[[NaN]]}",
                "{\"instances\":[[1e999]]}",
                "{\"instances\":[[\"0\"]]}",
                "{\"instances\":[[0,"
            })
    void aBodyThatIsNoRequestIsRefused(String body) throws Exception {
        // When
        HttpResponse<String> response = predict(predictor, body);

        // Then
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(json(response).get("error").textValue()).isNotEmpty();
    }

    @Test
    void anInstanceOfTheWrongLengthIsNamed() throws Exception {
        // Given
        String tooLong = instances(0).replace("]]", ",0.0]]");

        // When
        HttpResponse<String> response = predict(predictor, tooLong);

        // Then
        assertThat(response.body()).isEqualTo("{\"error\":\"an instance is to have 784 numbers: it has more\"}");
    }

    @Test
    void textAfterTheRequestIsRefused() throws Exception {
        // When
        HttpResponse<String> response = predict(predictor, instances(0) + "{}");

        // Then
        assertThat(response.statusCode()).isEqualTo(400);
    }

    @Test
    void whatElseTheRequestSaysIsPassedOver() throws Exception {
        // Given
        String body = instances(0).replace("{\"instances\"", "{\"signature_name\":{\"a\":[1]},\"instances\"");

        // When
        HttpResponse<String> response = predict(predictor, body);

        // Then
        assertThat(response.statusCode()).isEqualTo(200);
    }

    @Test
    void aBodyOverTheLimitIsTooLarge() throws Exception {
        // Given
        String body = " ".repeat(EmbeddedPredictor.MAX_BODY + 1);

        // When
        HttpResponse<String> response = predict(predictor, body);

        // Then
        assertThat(response.statusCode()).isEqualTo(413);
        assertThat(response.body()).isEqualTo("{\"error\":\"more than 33554432 bytes\"}");
    }

    @Test
    void itListensOnTheLoopbackInterfaceAlone() {
        assertThat(predictor.hostPort()).startsWith("127.0.0.1:");
        assertThat(predictor.url()).isEqualTo("http://" + predictor.hostPort());
    }

    @Test
    void aPortThatIsTakenIsNamed() {
        // Given
        int taken = Integer.parseInt(predictor.hostPort().substring("127.0.0.1:".length()));

        // Then
        assertThatThrownBy(() -> EmbeddedPredictor.start(taken, "mnist"))
                .isInstanceOf(BindException.class)
                .hasMessageContaining("127.0.0.1:" + taken);
    }

    @Test
    void onceClosedItCanBeStartedAgainOnItsPort() throws Exception {
        // Given
        EmbeddedPredictor first = EmbeddedPredictor.start(0, "mnist");
        int port = Integer.parseInt(first.hostPort().substring("127.0.0.1:".length()));
        get(first, "/v1/models/mnist");
        first.close();
        assertThatThrownBy(() -> get(first, "/v1/models/mnist")).isInstanceOf(ConnectException.class);

        // When
        EmbeddedPredictor second = EmbeddedPredictor.start(port, "mnist");

        // Then
        assertThat(get(second, "/v1/models/mnist").statusCode()).isEqualTo(200);
        second.close();
    }
}
