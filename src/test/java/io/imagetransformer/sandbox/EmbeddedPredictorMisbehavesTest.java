package io.imagetransformer.sandbox;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.databind.JsonNode;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.imagetransformer.sandbox.PredictorBehaviour.Answer;

import static io.imagetransformer.sandbox.PredictorClient.instances;
import static io.imagetransformer.sandbox.PredictorClient.json;
import static io.imagetransformer.sandbox.PredictorClient.predict;
import static io.imagetransformer.sandbox.PredictorClient.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class EmbeddedPredictorMisbehavesTest {

    /** The poison of these tests: MNIST test image 1. */
    private static final Predicate<float[]> POISON = instance -> {
        double[] poison = Mnist.instance(1);
        for (int i = 0; i < instance.length; i++) {
            if (instance[i] != (float) poison[i]) {
                return false;
            }
        }
        return true;
    };

    private EmbeddedPredictor predictor;

    @BeforeEach
    void start() throws IOException {
        predictor = EmbeddedPredictor.start(0, "mnist");
    }

    @AfterEach
    void stop() {
        predictor.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 401, 403, 404, 408, 413, 422, 500, 502, 504})
    void itFailsWithTheStatusThatIsAskedFor(int status) throws Exception {
        // Given
        predictor.behave(PredictorBehaviour.failing(status, "say \"when\""));

        // When
        HttpResponse<String> response = predict(predictor, instances(0));

        // Then
        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(response.body()).isEqualTo("{\"error\":\"say \\\"when\\\"\"}");
    }

    @Test
    void itIsUnavailableAndTellsWhenToComeAgain() throws Exception {
        // Given
        predictor.behave(PredictorBehaviour.unavailable(Duration.ofSeconds(2)));

        // When
        HttpResponse<String> response = predict(predictor, instances(0));

        // Then
        assertThat(response.statusCode()).isEqualTo(503);
        assertThat(response.headers().firstValue("Retry-After")).contains("2");
    }

    @Test
    void itIsOverloadedAndTellsWhenToComeAgain() throws Exception {
        // Given
        predictor.behave(PredictorBehaviour.overloaded(Duration.ofSeconds(1)));

        // When
        HttpResponse<String> response = predict(predictor, instances(0));

        // Then
        assertThat(response.statusCode()).isEqualTo(429);
        assertThat(response.headers().firstValue("Retry-After")).contains("1");
    }

    @Test
    void itRefusesARequestForOneOfItsInstances() throws Exception {
        // Given
        predictor.behave(PredictorBehaviour.refusing(400, POISON));

        // When
        HttpResponse<String> withPoison = predict(predictor, instances(0, 1, 2));
        HttpResponse<String> without = predict(predictor, instances(0, 2));

        // Then
        assertThat(withPoison.statusCode()).isEqualTo(400);
        assertThat(json(without).get("predictions")).hasSize(2);
    }

    @Test
    void itTakesOnlySoManyInstances() throws Exception {
        // Given
        predictor.behave(PredictorBehaviour.limitedTo(2));

        // When
        HttpResponse<String> three = predict(predictor, instances(0, 1, 2));
        HttpResponse<String> two = predict(predictor, instances(0, 1));

        // Then
        assertThat(three.statusCode()).isEqualTo(413);
        assertThat(two.statusCode()).isEqualTo(200);
    }

    @Test
    void itHangsUntilTheCallerGivesUp() {
        // Given
        predictor.behave(PredictorBehaviour.hanging());

        // Then
        assertThatThrownBy(() -> HttpClient.newHttpClient()
                        .send(
                                request(predictor, "POST", "/v1/models/mnist:predict", instances(0))
                                        .timeout(Duration.ofMillis(300))
                                        .build(),
                                BodyHandlers.ofString()))
                .isInstanceOf(HttpTimeoutException.class);
    }

    @Test
    void closingEndsWhatHangs() {
        // Given
        predictor.behave(PredictorBehaviour.hanging());
        CompletableFuture<HttpResponse<String>> hanging = HttpClient.newHttpClient()
                .sendAsync(
                        request(predictor, "POST", "/v1/models/mnist:predict", instances(0))
                                .build(),
                        BodyHandlers.ofString());
        Awaitility.await("the request is being handled")
                .atMost(10, TimeUnit.SECONDS)
                .until(() -> predictor.read().size() == 1);

        // When
        predictor.close();

        // Then
        assertThat(hanging)
                .failsWithin(Duration.ofSeconds(10))
                .withThrowableThat()
                .withCauseInstanceOf(IOException.class);
    }

    @Test
    void itIsSlow() throws Exception {
        // Given
        predictor.behave(PredictorBehaviour.slow(Duration.ofMillis(400)));
        long start = System.nanoTime();

        // When
        HttpResponse<String> response = predict(predictor, instances(0));

        // Then
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(400));
        assertThat(json(response).at("/predictions/0/classes").intValue()).isEqualTo(Mnist.label(0));
    }

    @Test
    void itDropsTheConnection() {
        // Given
        predictor.behave(PredictorBehaviour.droppingTheConnection());

        // Then
        assertThatThrownBy(() -> predict(predictor, instances(0))).isInstanceOf(IOException.class);
    }

    @Test
    void itDropsTheConnectionAmidItsAnswer() {
        // Given
        predictor.behave(PredictorBehaviour.cuttingTheAnswerAfter(40));

        // Then
        assertThatThrownBy(() -> predict(predictor, instances(0)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("received: 40");
    }

    @Test
    void itAnswersForOneInstanceTooFew() throws Exception {
        // Given
        predictor.behave(PredictorBehaviour.onePredictionShort());

        // When
        JsonNode answer = json(predict(predictor, instances(0, 1, 2)));

        // Then
        assertThat(answer.get("predictions")).hasSize(2);
    }

    @Test
    void itAnswersForOneInstanceTooMany() throws Exception {
        // Given
        predictor.behave(PredictorBehaviour.onePredictionMore());

        // When
        JsonNode answer = json(predict(predictor, instances(0, 1, 2)));

        // Then
        assertThat(answer.get("predictions")).hasSize(4);
    }

    @Test
    void itAnswersNullForOneInstance() throws Exception {
        // Given
        predictor.behave(PredictorBehaviour.nullFor(POISON));

        // When
        JsonNode answer = json(predict(predictor, instances(0, 1, 2)));

        // Then
        assertThat(answer.at("/predictions/0/classes").intValue()).isEqualTo(Mnist.label(0));
        assertThat(answer.at("/predictions/1").isNull()).isTrue();
        assertThat(answer.at("/predictions/2/classes").intValue()).isEqualTo(Mnist.label(2));
    }

    @Test
    void itAnswersBareNotANumberForOneInstance() throws Exception {
        // Given
        predictor.behave(PredictorBehaviour.notANumberFor(POISON));

        // When
        HttpResponse<String> response = predict(predictor, instances(0, 1));

        // Then
        assertThat(response.body())
                .startsWith("{\"predictions\":[{\"predictions\":[")
                .endsWith(",{\"predictions\":[NaN,NaN,NaN,NaN,NaN,NaN,NaN,NaN,NaN,NaN],\"classes\":0}]}");
    }

    @Test
    void itAnswersNullForAllWithAMessage() throws Exception {
        // Given
        predictor.behave(PredictorBehaviour.nullPredictions());

        // When
        HttpResponse<String> response = predict(predictor, instances(0));

        // Then
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(json(response).get("predictions").isNull()).isTrue();
        assertThat(json(response).get("message").textValue()).isNotEmpty();
    }

    @Test
    void itAnswersAnErrorAsIfAllWereWell() throws Exception {
        // Given
        predictor.behave(PredictorBehaviour.errorWithStatus200());

        // When
        HttpResponse<String> response = predict(predictor, instances(0));

        // Then
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(json(response).fieldNames()).toIterable().containsExactly("error");
    }

    @Test
    void itAnswersWithWhatIsNoJson() throws Exception {
        // Given
        predictor.behave(PredictorBehaviour.notJson());

        // When
        HttpResponse<String> response = predict(predictor, instances(0));

        // Then
        assertThat(response.statusCode()).isEqualTo(200);
        assertThatThrownBy(() -> json(response)).isInstanceOf(JsonParseException.class);
    }

    @Test
    void itRecoversAfterSoManyRequests() throws Exception {
        // Given
        predictor.behave(PredictorBehaviour.firstly(
                2, PredictorBehaviour.unavailable(Duration.ZERO), PredictorBehaviour.real()));

        // When
        List<Integer> statuses = List.of(
                predict(predictor, instances(0)).statusCode(),
                predict(predictor, instances(0)).statusCode(),
                predict(predictor, instances(0)).statusCode());

        // Then
        assertThat(statuses).containsExactly(503, 503, 200);
    }

    @Test
    void aBehaviourThatThrowsIsAServersError() throws Exception {
        // Given
        predictor.behave(call -> {
            throw new IllegalStateException("out of order");
        });

        // When
        HttpResponse<String> response = predict(predictor, instances(0));

        // Then
        assertThat(response.statusCode()).isEqualTo(500);
        assertThat(response.body()).contains("out of order");
    }

    @Test
    void itDoesWhatATestWrites() throws Exception {
        // Given
        predictor.behave(
                call -> Answer.json(202, "{\"asked\":" + call.instances().size() + "}"));

        // When
        HttpResponse<String> response = predict(predictor, instances(0, 1));

        // Then
        assertThat(response.statusCode()).isEqualTo(202);
        assertThat(response.body()).isEqualTo("{\"asked\":2}");
    }

    @Test
    void anUnreadableRequestIsRefusedWhateverTheBehaviour() throws Exception {
        // Given
        predictor.behave(PredictorBehaviour.notJson());

        // When
        HttpResponse<String> response = predict(predictor, "{}");

        // Then
        assertThat(response.statusCode()).isEqualTo(400);
    }
}
