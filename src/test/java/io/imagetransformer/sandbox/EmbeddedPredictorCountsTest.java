package io.imagetransformer.sandbox;

import java.io.IOException;
import java.time.Duration;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static io.imagetransformer.sandbox.PredictorClient.get;
import static io.imagetransformer.sandbox.PredictorClient.instances;
import static io.imagetransformer.sandbox.PredictorClient.predict;
import static org.assertj.core.api.Assertions.assertThat;

class EmbeddedPredictorCountsTest {

    private EmbeddedPredictor predictor;

    @BeforeEach
    void start() throws IOException {
        predictor = EmbeddedPredictor.start(0, "mnist");
    }

    @AfterEach
    void stop() {
        predictor.close();
    }

    @Test
    void itTellsHowManyInstancesEachRequestHad() throws Exception {
        // When
        predict(predictor, instances(0, 1, 2));
        predict(predictor, instances(3));

        // Then
        assertThat(predictor.requests()).isEqualTo(2);
        assertThat(predictor.batches()).containsExactly(3, 1);
    }

    @Test
    void itCountsWhatItFails() throws Exception {
        // Given
        predictor.behave(PredictorBehaviour.unavailable(Duration.ofSeconds(1)));

        // When
        predict(predictor, instances(0, 1));

        // Then
        assertThat(predictor.batches()).containsExactly(2);
    }

    @Test
    void anUnreadableRequestIsCountedButHasNoInstances() throws Exception {
        // When
        predict(predictor, "{}");

        // Then
        assertThat(predictor.requests()).isEqualTo(1);
        assertThat(predictor.batches()).isEmpty();
    }

    @Test
    void askingForItsHealthIsNoRequestForPredictions() throws Exception {
        // When
        get(predictor, "/v1/models/mnist");

        // Then
        assertThat(predictor.requests()).isZero();
    }

    @Test
    void itKeepsTheHeadersOfEachRequest() throws Exception {
        // When
        predict(predictor, instances(0));

        // Then
        assertThat(predictor.read().get(0).headers().getFirst("content-type")).isEqualTo("application/json");
    }

    @Test
    void itForgetsWhenTold() throws Exception {
        // Given
        predict(predictor, instances(0));

        // When
        predictor.forget();

        // Then
        assertThat(predictor.requests()).isZero();
        assertThat(predictor.batches()).isEmpty();
    }
}
