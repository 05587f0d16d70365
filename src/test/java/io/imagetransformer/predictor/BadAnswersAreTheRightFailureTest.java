package io.imagetransformer.predictor;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.imagetransformer.image.ImageSettings;
import io.imagetransformer.image.Invert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

/** Where an instance may be at fault, the chunk is asked about in halves; where the predictor is, it is waited for. */
class BadAnswersAreTheRightFailureTest {
    static Stream<Arguments> refusals() {
        return Stream.of(
                argumentSet(
                        "KServe's batcher",
                        "{\"message\":\"boom\",\"predictions\":null}",
                        "predictions null for 2 instances"),
                argumentSet("short", "{\"predictions\":[1]}", "1 predictions for 2 instances"),
                argumentSet("long", "{\"predictions\":[1,2,3]}", "3 predictions for 2 instances"),
                argumentSet("empty", "{\"predictions\":[]}", "0 predictions for 2 instances"),
                argumentSet("a scalar", "{\"predictions\":7}", "predictions 7 for 2 instances"),
                argumentSet("one is null", "{\"predictions\":[1,null]}", "prediction 1 has no label: null"),
                argumentSet("one is empty", "{\"predictions\":[[0.5,0.5],[]]}", "prediction 1 is empty"),
                argumentSet(
                        "a score that is NaN",
                        "{\"predictions\":[[0.5,NaN],[0.5,0.5]]}",
                        "prediction 0 holds a score that is no number: \"NaN\""),
                argumentSet(
                        "a score that is infinite",
                        "{\"predictions\":[[0.5,1],[-Infinity,0.5]]}",
                        "prediction 1 holds a score that is no number: \"-Infinity\""),
                argumentSet(
                        "a score that is text",
                        "{\"predictions\":[[0.5,\"x\"],[0.5,0.5]]}",
                        "prediction 0 holds a score that is no number: \"x\""),
                argumentSet("a label that is NaN", "{\"predictions\":[NaN,1]}", "prediction 0 has no label: \"NaN\""),
                argumentSet(
                        "a label that is none",
                        "{\"predictions\":[{\"classes\":null},1]}",
                        "prediction 0 has no label: null"),
                argumentSet("a label that is empty", "{\"predictions\":[1,\"\"]}", "prediction 1 has no label: \"\""),
                argumentSet(
                        "several labels",
                        "{\"predictions\":[{\"classes\":[1,2]},1]}",
                        "prediction 0 has no label: [1,2]"),
                argumentSet(
                        "a label that is no whole number",
                        "{\"predictions\":[0.93,1]}",
                        "prediction 0 has a label that is no whole number: 0.93"),
                argumentSet(
                        "a sigmoid's output",
                        "{\"predictions\":[[0.93],[1.0]]}",
                        "prediction 0 has one score and no label: [0.93]"),
                argumentSet(
                        "a sigmoid's output that is whole by chance",
                        "{\"predictions\":[[1],[1.0]]}",
                        "prediction 1 has one score and no label: [1.0]"),
                argumentSet(
                        "a class that is no whole number",
                        "{\"predictions\":[{\"predictions\":[0.5,0.5],\"classes\":[0.5]},1]}",
                        "prediction 0 has a label that is no whole number: 0.5"),
                argumentSet(
                        "one score alone",
                        "{\"predictions\":[{\"predictions\":[0.93]},1]}",
                        "prediction 0 has one score and no label: [0.93]"),
                argumentSet(
                        "one score alone, in a list of one",
                        "{\"predictions\":[[[0.93]],1]}",
                        "prediction 0 has one score and no label: [[0.93]]"),
                argumentSet(
                        "a column of one score each",
                        "{\"outputs\":{\"scores\":[[0.93],[0.02]]}}",
                        "prediction 0 has one score and no label: [0.93]"),
                argumentSet("a null in a list", "{\"predictions\":[[null],1]}", "prediction 0 has no label: [null]"),
                argumentSet("an empty object", "{\"predictions\":[{},1]}", "prediction 0 is empty"),
                argumentSet(
                        "scores that are an object of one",
                        "{\"predictions\":[{\"predictions\":{\"a\":1}},1]}",
                        "prediction 0 has scores that are no list: {\"a\":1}"),
                argumentSet(
                        "a short column",
                        "{\"outputs\":{\"classes\":[1,2],\"predictions\":[[0.5,0.5]]}}",
                        "1 predictions for 2 instances"),
                argumentSet(
                        "a long column, whose rows are somebody else's",
                        "{\"outputs\":{\"classes\":[1,2,3]}}",
                        "3 classes for 2 instances"),
                argumentSet(
                        "a column that is no list",
                        "{\"outputs\":{\"classes\":\"ab\"}}",
                        "classes \"ab\" for 2 instances"));
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void anAnswerThatLacksAPredictionRefusesTheChunk(String body, String what) {
        // Given
        int instances = 2;

        // When
        Answer answer = V1Protocol.answer(new HttpAnswer(200, 0, "", utf8(body)), instances);

        // Then
        assertThat(answer).isEqualTo(new Answer.Refused(what));
    }

    static Stream<Arguments> unreadable() {
        return Stream.of(
                argumentSet("nothing", ""),
                argumentSet("a page", "<html>bad gateway</html>"),
                argumentSet("cut off", "{\"predictions\":[1,"),
                argumentSet("an error document", "{\"error\":\"model not ready\"}"),
                argumentSet("a list", "[1,2]"),
                argumentSet("null", "null"),
                argumentSet("no predictions", "{\"id\":\"1\"}"),
                argumentSet("33 deep", "{\"predictions\":" + "[".repeat(32) + "]".repeat(32) + "}"),
                argumentSet("100,000 deep", "[".repeat(100_000)),
                argumentSet("a number of 2,000 digits", "{\"predictions\":[" + "9".repeat(2_000) + "]}"),
                argumentSet("bytes that are no text", "\u0000\u0001\u0002"));
    }

    @ParameterizedTest
    @MethodSource("unreadable")
    void whatIsNoAnswerOfThisProtocolIsThePredictorsFault(String body) {
        // Given
        int instances = 1;

        // When
        Answer answer = V1Protocol.answer(new HttpAnswer(200, 1_500, "", utf8(body)), instances);

        // Then
        assertThat(answer).isInstanceOf(Answer.Unavailable.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 413, 422})
    void aStatusThatBlamesTheRequestRefusesTheChunk(int status) {
        // Given
        byte[] body = utf8("{\"error\":\"bad\ninput\"}");

        // When
        Answer answer = V1Protocol.answer(new HttpAnswer(status, 0, "", body), 1);

        // Then
        assertThat(answer).isEqualTo(new Answer.Refused("status " + status + ": {\"error\":\"bad input\"}"));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 100, 201, 204, 301, 401, 403, 404, 405, 408, 409, 418, 429, 500, 502, 503, 504, 599})
    void everyOtherStatusIsWaitedFor(int status) {
        // Given
        byte[] body = utf8("{\"predictions\":[1]}");

        // When
        Answer answer = V1Protocol.answer(new HttpAnswer(status, 2_000, "", body), 1);

        // Then
        assertThat(answer).isEqualTo(new Answer.Unavailable("status " + status + ": {\"predictions\":[1]}", 2_000));
    }

    @Test
    void anAnswerThatIsNotReadToItsEndRefusesTheChunk() {
        // Given
        HttpAnswer cut = new HttpAnswer(200, 0, "", new byte[Answer.MOST_BYTES + 1]);
        V2Model model = new V2Model(V2Options.none(), new ImageSettings(28, 28, 1, Invert.AUTO, 1_000, 1_000));

        // When
        List<Answer> answers = List.of(V1Protocol.answer(cut, 2), V2Protocol.answer(cut, V2Options.none(), 2));
        Optional<Answer.Unavailable> metadata = V2Protocol.learn(cut, model);

        // Then
        assertThat(answers).containsOnly(new Answer.Refused("an answer of more than 16 MiB"));
        assertThat(metadata)
                .contains(new Answer.Unavailable("no metadata of the model: an answer of more than 16 MiB", 0));
    }

    @Test
    void aLongAnswerIsQuotedInPart() {
        // Given
        byte[] body = utf8("é".repeat(10_000));

        // When
        Answer answer = V1Protocol.answer(new HttpAnswer(500, 0, "", body), 1);

        // Then
        assertThat(((Answer.Unavailable) answer).what()).hasSizeLessThan(140).endsWith("é…");
    }

    @Test
    void tenMegabytesAreRead() {
        // Given
        int instances = 50_000;
        String row =
                "{\"predictions\":[" + "0.1,".repeat(9) + "0.1],\"classes\":3,\"more\":\"" + "x".repeat(130) + "\"}";
        StringBuilder body = new StringBuilder("{\"predictions\":[").append(row);
        IntStream.range(1, instances).forEach(i -> body.append(',').append(row));
        byte[] bytes = utf8(body.append("]}").toString());
        assertThat(bytes).hasSizeGreaterThan(10_000_000);

        // When
        Answer answer = V1Protocol.answer(new HttpAnswer(200, 0, "", bytes), instances);

        // Then
        assertThat(((Answer.Predictions) answer).predictions()).hasSize(instances);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
