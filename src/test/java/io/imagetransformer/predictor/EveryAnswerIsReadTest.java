package io.imagetransformer.predictor;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

/** Each shape that servers of the V1 protocol are known to answer in. */
class EveryAnswerIsReadTest {
    private static final String SCORES = "[0.25,0.5,0.25]";

    static Stream<Arguments> shapes() {
        return Stream.of(
                one("the sample's model", "{\"predictions\":[0.25,0.5,0.25],\"classes\":1}", "1", 0.5),
                one("class as text", "{\"predictions\":[0.25,0.5,0.25],\"classes\":\"1\"}", "1", 0.5),
                one("class in a list", "{\"predictions\":[0.25,0.5,0.25],\"classes\":[1]}", "1", 0.5),
                one("text in a list", "{\"predictions\":[0.25,0.5,0.25],\"classes\":[\"1\"]}", "1", 0.5),
                one("class as a float", "{\"predictions\":[0.25,0.5,0.25],\"classes\":1.0}", "1", 0.5),
                one("its own score, not the highest", "{\"predictions\":[0.25,0.5,0.25],\"classes\":2}", "2", 0.25),
                one("a name: the highest score", "{\"predictions\":[0.25,0.5,0.25],\"classes\":\"cat\"}", "cat", 0.5),
                one("an index that no score has", "{\"predictions\":[0.25,0.5,0.25],\"classes\":7}", "7", 0.5),
                one("other names of fields", "{\"scores\":[0.25,0.5,0.25],\"label\":\"cat\"}", "cat", 0.5),
                one("probabilities and class_ids", "{\"probabilities\":[0.25,0.5,0.25],\"class_ids\":[2]}", "2", 0.25),
                one("scores in a list of one", "{\"predictions\":[[0.25,0.5,0.25]],\"classes\":[1]}", "1", 0.5),
                one("no class: the highest", "{\"predictions\":[0.25,0.5,0.25]}", "1", 0.5),
                one("a class alone", "{\"classes\":4}", "4", null),
                one("a boolean class", "{\"classes\":true}", "true", null),
                one("bare scores", SCORES, "1", 0.5),
                one("the first of equals, as argmax", "[0.1,0.4,0.4,0.1]", "1", 0.4),
                one("logits: no confidence", "[-3.5,12.25,0.5]", "1", null),
                one("a bare index", "5", "5", null),
                one("a bare index as a float", "5.0", "5", null),
                one("a large index", "12345678901234567890", "12345678901234567890", null),
                one("a bare name", "\"cat\"", "cat", null),
                one("a bare name in a list", "[\"cat\"]", "cat", null),
                one("a bare index in a list", "[7]", "7", null),
                one("bare scores in a list of one", "[" + SCORES + "]", "1", 0.5),
                one("one score and its class", "{\"predictions\":[0.25],\"classes\":0}", "0", 0.25));
    }

    private static Arguments one(String name, String prediction, String label, @Nullable Double confidence) {
        return argumentSet(name, prediction, label, confidence);
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void labelAndConfidenceOfEachShape(String prediction, String label, @Nullable Double confidence) {
        // Given
        String body = "{\"predictions\":[" + prediction + "]}";

        // When
        Answer answer = V1Protocol.answer(new HttpAnswer(200, 0, "", utf8(body)), 1);

        // Then
        Prediction read = ((Answer.Predictions) answer).predictions().get(0);
        assertThat(read.label()).isEqualTo(label);
        assertThat(read.confidence()).isEqualTo(confidence);
        assertThat(read.answer()).isEqualTo(prediction);
    }

    @Test
    void theScoresKeepTheModelsOrder() {
        // Given
        String body = "{\"predictions\":[{\"predictions\":[0.25,0.5,0.25],\"classes\":1}]}";

        // When
        Answer answer = V1Protocol.answer(new HttpAnswer(200, 0, "", utf8(body)), 1);

        // Then
        assertThat(((Answer.Predictions) answer).predictions().get(0).probabilities())
                .containsExactly(0.25, 0.5, 0.25);
    }

    @Test
    void predictionsKeepTheOrderOfTheInstances() {
        // Given
        String body = "{\"predictions\":[3,1,2],\"model\":\"mnist\"}";

        // When
        Answer answer = V1Protocol.answer(new HttpAnswer(200, 0, "", utf8(body)), 3);

        // Then
        assertThat(labels(answer)).containsExactly("3", "1", "2");
    }

    static Stream<Arguments> columns() {
        return Stream.of(
                argumentSet(
                        "several outputs", "{\"outputs\":{\"classes\":[1,0],\"predictions\":[[0.25,0.75],[0.5,0.5]]}}"),
                argumentSet("one output", "{\"outputs\":[[0.25,0.75],[0.5,0.5]]}"),
                argumentSet("one output of labels", "{\"outputs\":[1,0]}"),
                argumentSet("one output of labels in lists of one", "{\"outputs\":[[1],[0]]}"),
                argumentSet(
                        "several outputs in lists of one",
                        "{\"outputs\":{\"classes\":[[1],[0]],\"predictions\":[[0.75],[0.5]]}}"));
    }

    @ParameterizedTest
    @MethodSource("columns")
    void theColumnFormOfTensorFlowServingIsRead(String body) {
        // Given the body

        // When
        Answer answer = V1Protocol.answer(new HttpAnswer(200, 0, "", utf8(body)), 2);

        // Then
        assertThat(labels(answer)).containsExactly("1", "0");
    }

    private static List<String> labels(Answer answer) {
        return ((Answer.Predictions) answer)
                .predictions().stream().map(Prediction::label).toList();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
