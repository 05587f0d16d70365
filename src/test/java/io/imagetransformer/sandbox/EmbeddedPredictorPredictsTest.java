package io.imagetransformer.sandbox;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.imagetransformer.sandbox.EmbeddedPredictor.AnswerForm;

import static io.imagetransformer.sandbox.PredictorClient.instances;
import static io.imagetransformer.sandbox.PredictorClient.json;
import static io.imagetransformer.sandbox.PredictorClient.predict;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

class EmbeddedPredictorPredictsTest {

    private static EmbeddedPredictor predictor;

    @BeforeAll
    static void start() throws IOException {
        predictor = EmbeddedPredictor.start(0, "mnist");
    }

    @AfterAll
    static void stop() {
        predictor.close();
    }

    @BeforeEach
    void inGoodHealth() {
        predictor.answerAs(AnswerForm.MULTI_OUTPUT);
    }

    @ParameterizedTest(name = "{0} a request")
    @CsvSource({"1, 100", "7, 210", "100, 500"})
    void itSeesWhatThePythonReferenceSees(int batch, int images) throws Exception {
        for (int from = 0; from < images; from += batch) {
            // When
            JsonNode answer = json(predict(predictor, instances(IntStream.range(from, from + batch))));

            // Then
            assertThat(answer.get("predictions")).hasSize(batch);
            for (int i = 0; i < batch; i++) {
                assertIsReference(answer.get("predictions").get(i), from + i);
            }
        }
    }

    @Test
    void manyAtOnceEachGetTheirOwn() throws Exception {
        // Given
        ExecutorService clients = Executors.newFixedThreadPool(16);
        int batch = 3;

        // When
        List<Future<JsonNode>> answers = IntStream.range(0, 200)
                .mapToObj(i -> clients.submit(
                        () -> json(predict(predictor, instances(IntStream.range(i * batch, i * batch + batch))))))
                .toList();

        // Then
        for (int i = 0; i < answers.size() * batch; i++) {
            assertIsReference(answers.get(i / batch).get().get("predictions").get(i % batch), i);
        }
        clients.shutdown();
    }

    @Test
    void theAnswerHasProbabilitiesThatSumUpToOneAndTheirBestClass() throws Exception {
        // When
        HttpResponse<String> response = predict(predictor, instances(0));

        // Then
        JsonNode prediction = json(response).get("predictions").get(0);
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Type")).contains("application/json");
        assertThat(prediction.fieldNames()).toIterable().containsExactly("predictions", "classes");
        assertThat(prediction.get("predictions")).hasSize(10);
        assertThat(IntStream.range(0, 10)
                        .mapToDouble(i -> prediction.get("predictions").get(i).doubleValue())
                        .sum())
                .isCloseTo(1, within(1e-5));
        assertThat(prediction.get("classes").isInt()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "CLASS_AS_TEXT  | /predictions/0/classes   | \"7\"",
                "CLASS_IN_ARRAY | /predictions/0/classes/0 | 7",
                "LABEL          | /predictions/0           | 7"
            })
    void theClassIsWrittenInTheFormThatIsAskedFor(AnswerForm form, String pointer, String expected) throws Exception {
        // Given
        predictor.answerAs(form);

        // When
        JsonNode answer = json(predict(predictor, instances(0)));

        // Then
        assertThat(answer.at(pointer)).hasToString(expected);
    }

    @Test
    void probabilitiesMayComeWithoutAClass() throws Exception {
        // Given
        predictor.answerAs(AnswerForm.PROBABILITIES);

        // When
        JsonNode answer = json(predict(predictor, instances(0)));

        // Then
        assertThat(answer.at("/predictions/0")).hasSize(10);
        assertThat(answer.at("/predictions/0/7").doubleValue()).isCloseTo(Mnist.confidence(0), within(1e-5));
    }

    private static void assertIsReference(JsonNode prediction, int index) {
        int label = prediction.get("classes").intValue();
        assertThat(label).as("label of image %d", index).isEqualTo(Mnist.label(index));
        assertThat(prediction.get("predictions").get(label).doubleValue())
                .as("confidence of image %d", index)
                .isCloseTo(Mnist.confidence(index), within(1e-5));
    }
}
