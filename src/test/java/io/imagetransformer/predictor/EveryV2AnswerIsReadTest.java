package io.imagetransformer.predictor;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;

import com.google.protobuf.ByteString;
import inference.GrpcPredictV2.ModelInferResponse;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

/** Label and confidence out of whatever outputs a V2 model has; and what is none. */
class EveryV2AnswerIsReadTest {
    private static final String SCORES = output("predictions", "FP32", "[2,3]", "[0.25,0.5,0.25,0.75,0.25,0]");
    private static final String LABELS = output("classes", "INT64", "[2]", "[1,2]");

    static Stream<Arguments> answers() {
        return Stream.of(
                two("label and scores", SCORES + "," + LABELS, "1", 0.5, "2", 0.0),
                two("scores alone: the highest", SCORES, "1", 0.5, "0", 0.75),
                two("labels alone", LABELS, "1", null, "2", null),
                two("labels in lists of one", output("c", "INT32", "[2,1]", "[1,2]"), "1", null, "2", null),
                two("names", output("c", "BYTES", "[2]", "[\"cat\",\"dog\"]"), "cat", null, "dog", null),
                two(
                        "names and scores: the highest score",
                        SCORES + "," + output("c", "BYTES", "[2]", "[\"cat\",\"dog\"]"),
                        "cat",
                        0.5,
                        "dog",
                        0.75),
                two("flags", output("c", "BOOL", "[2]", "[true,false]"), "true", null, "false", null),
                two("floats as labels", output("c", "FP64", "[2]", "[1.0,2.0]"), "1", null, "2", null),
                two("logits", output("o", "FP32", "[2,2]", "[-3,12,5,1]"), "1", null, "0", null),
                two("whole scores", output("o", "UINT8", "[2,2]", "[3,200,5,1]"), "1", null, "0", null),
                two("nested data", output("o", "FP32", "[2,2]", "[[0.25,0.75],[1,0]]"), "1", 0.75, "0", 1.0),
                two(
                        "usual names win over others",
                        output("heat", "FP32", "[2,2]", "[1,0,1,0]") + "," + SCORES + ","
                                + output("ticks", "INT64", "[2]", "[99,99]") + "," + LABELS,
                        "1",
                        0.5,
                        "2",
                        0.0),
                two(
                        "what is not one per image is passed over",
                        output("seed", "INT64", "[5]", "[1,2,3,4,5]") + ","
                                + output("classes", "INT64", "[2]", "[1,2]"),
                        "1",
                        null,
                        "2",
                        null));
    }

    private static Arguments two(
            String name,
            String outputs,
            String first,
            @Nullable Double firstConfidence,
            String second,
            @Nullable Double secondConfidence) {
        return argumentSet(name, outputs, first, firstConfidence, second, secondConfidence);
    }

    @ParameterizedTest
    @MethodSource("answers")
    void labelAndConfidenceOfEachImage(
            String outputs,
            String first,
            @Nullable Double firstConfidence,
            String second,
            @Nullable Double secondConfidence) {
        // Given the outputs

        // When
        Answer answer = rest(outputs);

        // Then
        List<Prediction> predictions = ((Answer.Predictions) answer).predictions();
        assertThat(predictions).extracting(Prediction::label).containsExactly(first, second);
        assertThat(predictions).extracting(Prediction::confidence).containsExactly(firstConfidence, secondConfidence);
    }

    @Test
    void eachImagesPartOfTheAnswerHoldsAllThatIsItsOwn() {
        // Given
        String outputs = SCORES + "," + LABELS + "," + output("seed", "INT64", "[1]", "[7]");

        // When
        Answer answer = rest(outputs);

        // Then
        List<Prediction> predictions = ((Answer.Predictions) answer).predictions();
        assertThat(predictions.get(0).answer()).isEqualTo("{\"predictions\":[0.25,0.5,0.25],\"classes\":1}");
        assertThat(predictions.get(1).probabilities()).containsExactly(0.75, 0.25, 0.0);
    }

    @Test
    void outputsThatAreNamedInSettingsWinOverUsualNames() {
        // Given
        V2Options options = new V2Options("", null, List.of(), "ticks", "heat", false, Map.of());
        String outputs = SCORES + "," + LABELS + "," + output("ticks", "INT64", "[2]", "[1,1]") + ","
                + output("heat", "FP32", "[2,2]", "[1,0.125,0.25,0.75]");

        // When
        Answer answer = V2Protocol.answer(ok(json(outputs)), options, 2);

        // Then
        List<Prediction> predictions = ((Answer.Predictions) answer).predictions();
        assertThat(predictions).extracting(Prediction::label).containsExactly("1", "1");
        assertThat(predictions).extracting(Prediction::confidence).containsExactly(0.125, 0.75);
    }

    @Test
    void aFloatIsTheLabelBesideScoresWhereItIsNamedInSettings() {
        // Given
        V2Options options = new V2Options("", null, List.of(), "winner", "", false, Map.of());
        String outputs = SCORES + "," + output("winner", "FP32", "[2,1]", "[1.0,2.0]");

        // When
        Answer answer = V2Protocol.answer(ok(json(outputs)), options, 2);

        // Then
        List<Prediction> predictions = ((Answer.Predictions) answer).predictions();
        assertThat(predictions).extracting(Prediction::label).containsExactly("1", "2");
        assertThat(predictions).extracting(Prediction::confidence).containsExactly(0.5, 0.0);
    }

    @Test
    void aFloatThatNoSettingNamesIsNoLabelBesideScores() {
        // Given
        String outputs = SCORES + "," + output("loss", "FP32", "[2]", "[1.0,2.0]");

        // When
        Answer answer = rest(outputs);

        // Then
        assertThat(((Answer.Predictions) answer).predictions())
                .extracting(Prediction::label)
                .containsExactly("1", "0");
    }

    static Stream<Arguments> binaries() {
        return Stream.of(
                argumentSet("BOOL", "BOOL", "0100", "true", "false"),
                argumentSet("UINT8", "UINT8", "07ff", "7", "255"),
                argumentSet("UINT16", "UINT16", "0700ffff", "7", "65535"),
                argumentSet("UINT32", "UINT32", "07000000ffffffff", "7", "4294967295"),
                argumentSet("UINT64", "UINT64", "0700000000000000ffffffffffffffff", "7", "18446744073709551615"),
                argumentSet("INT8", "INT8", "07ff", "7", "-1"),
                argumentSet("INT16", "INT16", "0700feff", "7", "-2"),
                argumentSet("INT32", "INT32", "07000000feffffff", "7", "-2"),
                argumentSet("INT64", "INT64", "0700000000000000feffffffffffffff", "7", "-2"),
                argumentSet("FP16", "FP16", "00470040", "7", "2"),
                argumentSet("BF16", "BF16", "e0400040", "7", "2"),
                argumentSet("FP32", "FP32", "0000e04000000040", "7", "2"),
                argumentSet("FP64", "FP64", "0000000000001c400000000000000040", "7", "2"),
                argumentSet("BYTES", "BYTES", "0300000063617402000000c3a9", "cat", "é"));
    }

    @ParameterizedTest
    @MethodSource("binaries")
    void bytesAreReadOverBothTransports(String datatype, String hex, String first, String second) {
        // Given
        byte[] bytes = HexFormat.of().parseHex(hex);
        byte[] json = json("{\"name\":\"c\",\"datatype\":\"" + datatype
                + "\",\"shape\":[2],\"parameters\":{\"binary_data_size\":" + bytes.length + "}}");
        ModelInferResponse message = ModelInferResponse.newBuilder()
                .addOutputs(ModelInferResponse.InferOutputTensor.newBuilder()
                        .setName("c")
                        .setDatatype(datatype)
                        .addShape(2))
                .addRawOutputContents(ByteString.copyFrom(bytes))
                .build();

        // When
        Answer rest = V2Protocol.answer(
                new HttpAnswer(200, 0, String.valueOf(json.length), joined(json, bytes)), V2Options.none(), 2);
        Answer grpc = GrpcV2Protocol.answer(message, V2Options.none(), 2);

        // Then
        assertThat(((Answer.Predictions) rest).predictions())
                .extracting(Prediction::label)
                .containsExactly(first, second);
        assertThat(grpc).isEqualTo(rest);
    }

    @Test
    void typedMessagesAreReadAsJsonIs() {
        // Given
        ModelInferResponse.Builder message = ModelInferResponse.newBuilder();
        var scores = message.addOutputsBuilder().setName("predictions").setDatatype("FP32");
        scores.addShape(2)
                .addShape(3)
                .getContentsBuilder()
                .addAllFp32Contents(List.of(.25f, .5f, .25f, .75f, .25f, 0f));
        message.addOutputsBuilder()
                .setName("classes")
                .setDatatype("INT64")
                .addShape(2)
                .getContentsBuilder()
                .addAllInt64Contents(List.of(1L, 2L));

        // When
        Answer answer = GrpcV2Protocol.answer(message.build(), V2Options.none(), 2);

        // Then
        assertThat(((Answer.Predictions) answer).predictions())
                .extracting(Prediction::label, Prediction::confidence)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("1", 0.5), org.assertj.core.groups.Tuple.tuple("2", 0.0));
    }

    static Stream<Arguments> refusals() {
        return Stream.of(
                argumentSet(
                        "short",
                        output("classes", "INT64", "[1]", "[1]"),
                        "classes [1] with 1 elements for 2 instances"),
                argumentSet(
                        "long",
                        output("classes", "INT64", "[3]", "[1,2,3]"),
                        "classes [3] with 3 elements for 2 instances"),
                argumentSet(
                        "fewer elements than its shape says",
                        output("classes", "INT64", "[2]", "[1]"),
                        "classes [2] with 1 elements for 2 instances"),
                argumentSet(
                        "null data",
                        output("classes", "INT64", "[2]", "null"),
                        "classes [2] with 0 elements for 2 instances"),
                argumentSet("a null", output("classes", "INT64", "[2]", "[1,null]"), "prediction 1 has no label: null"),
                argumentSet(
                        "NaN",
                        output("o", "FP32", "[2,2]", "[1,0,NaN,0]"),
                        "prediction 1 holds a score that is no number: \"NaN\""),
                argumentSet(
                        "a float that is no whole number",
                        output("c", "FP32", "[2,1]", "[1,0.93]"),
                        "prediction 1 has a label that is no whole number: 0.93"),
                argumentSet(
                        "an empty name",
                        output("c", "BYTES", "[2]", "[\"\",\"a\"]"),
                        "prediction 0 has no label: \"\""));
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void anAnswerThatLacksAPredictionRefusesTheChunk(String outputs, String what) {
        // Given the outputs

        // When
        Answer answer = rest(outputs);

        // Then
        assertThat(answer).isEqualTo(new Answer.Refused(what));
    }

    static Stream<Arguments> unusable() {
        return Stream.of(
                argumentSet("no output", "", "neither label nor scores in it, but no output"),
                argumentSet(
                        "numbers of a kind to come",
                        output("o", "FP8", "[2,2]", "[1,0,1,0]"),
                        "neither label nor scores in it, but o (of an unknown datatype [2, 2])"),
                argumentSet(
                        "a shape that overflows",
                        output("o", "FP32", "[2,4294967296,4294967296]", "[1]"),
                        "neither label nor scores in it, but o (FP32 [2, 4294967296, 4294967296])"));
    }

    @ParameterizedTest
    @MethodSource("unusable")
    void outputsOfAnotherModelAreThePredictorsFault(String outputs, String what) {
        // Given the outputs

        // When
        Answer answer = rest(outputs);

        // Then
        assertThat(answer).isEqualTo(new Answer.Unavailable(what, 0));
    }

    @ParameterizedTest
    @CsvSource({"1000", "-1", "x", "99999999999"})
    void aJsonLengthThatLiesIsThePredictorsFault(String length) {
        // Given
        byte[] body = json(LABELS);

        // When
        Answer answer = V2Protocol.answer(new HttpAnswer(200, 0, length, body), V2Options.none(), 2);

        // Then
        assertThat(answer).isInstanceOf(Answer.Unavailable.class);
    }

    @ParameterizedTest
    @CsvSource({
        "INVALID_ARGUMENT,    bad shape,                                        true",
        "RESOURCE_EXHAUSTED,  Received message larger than max (5 vs. 4),       true",
        "RESOURCE_EXHAUSTED,  gRPC message exceeds maximum size 4: 5,           true",
        "RESOURCE_EXHAUSTED,  grpc: received message larger than max (5 vs. 4), true",
        "RESOURCE_EXHAUSTED,  too many requests,                                false",
        "UNAVAILABLE,         io exception,                                     false",
        "DEADLINE_EXCEEDED,   too slow,                                         false",
        "NOT_FOUND,           no model,                                         false",
        "UNAUTHENTICATED,     who,                                              false",
        "PERMISSION_DENIED,   no,                                               false",
        "UNIMPLEMENTED,       no such method,                                   false",
        "FAILED_PRECONDITION, loading,                                          false",
        "INTERNAL,            CUDA out of memory,                               false",
        "UNKNOWN,             ,                                                 false"
    })
    void codesBlameTheRequestOrAreWaitedOut(Status.Code code, @Nullable String description, boolean refused) {
        // Given
        Status status = code.toStatus().withDescription(description);

        // When
        Answer answer = GrpcV2Protocol.failure(status);

        // Then
        String what = code + ": " + description;
        assertThat(answer).isEqualTo(refused ? new Answer.Refused(what) : new Answer.Unavailable(what, 0));
    }

    @Test
    void whateverTheBytesAreNothingIsThrownAndWhatIsPredictedIsWhole() throws Exception {
        // Given
        SplittableRandom random = new SplittableRandom(20261122);
        byte[] tail = ByteBuffer.allocate(32)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(3)
                .put("cat".getBytes(StandardCharsets.US_ASCII))
                .putInt(1)
                .put((byte) 'a')
                .array();
        byte[] json = json(SCORES + ",{\"name\":\"c\",\"datatype\":\"BYTES\",\"shape\":[2],"
                + "\"parameters\":{\"binary_data_size\":12}}," + LABELS);
        byte[] whole = joined(json, tail);
        ModelInferResponse message = ModelInferResponse.newBuilder()
                .addOutputs(ModelInferResponse.InferOutputTensor.newBuilder()
                        .setName("c")
                        .setDatatype("BYTES")
                        .addShape(2))
                .addRawOutputContents(ByteString.copyFrom(tail, 0, 12))
                .build();

        for (int i = 0; i < 20_000; i++) {
            byte[] mutated = mutated(whole, random);
            byte[] grpc = mutated(message.toByteArray(), random);

            // When
            Answer rest = V2Protocol.answer(
                    new HttpAnswer(200, 0, String.valueOf(json.length - random.nextInt(2)), mutated),
                    V2Options.none(),
                    2);

            // Then
            assertWhole(rest);
            try {
                assertWhole(GrpcV2Protocol.answer(ModelInferResponse.parseFrom(grpc), V2Options.none(), 2));
            } catch (com.google.protobuf.InvalidProtocolBufferException e) {
                // The channel refuses such bytes.
            }
        }
    }

    private static void assertWhole(Answer answer) {
        if (answer instanceof Answer.Predictions all) {
            assertThat(all.predictions()).hasSize(2).allSatisfy(prediction -> {
                assertThat(prediction.label()).isNotEmpty();
                if (prediction.confidence() != null) {
                    assertThat(prediction.confidence()).isBetween(0.0, 1.0);
                }
            });
        }
    }

    private static byte[] mutated(byte[] whole, SplittableRandom random) {
        byte[] mutated = whole.clone();
        for (int i = random.nextInt(1, 4); i > 0; i--) {
            mutated[random.nextInt(mutated.length)] =
                    (byte) (random.nextBoolean() ? "0123456789-[],\"{}N".charAt(random.nextInt(18)) : random.nextInt());
        }
        return mutated;
    }

    private static Answer rest(String outputs) {
        return V2Protocol.answer(ok(json(outputs)), V2Options.none(), 2);
    }

    private static HttpAnswer ok(byte[] body) {
        return new HttpAnswer(200, 0, "", body);
    }

    private static byte[] json(String outputs) {
        return ("{\"model_name\":\"m\",\"outputs\":[" + outputs + "]}").getBytes(StandardCharsets.UTF_8);
    }

    private static String output(String name, String datatype, String shape, String data) {
        return "{\"name\":\"" + name + "\",\"datatype\":\"" + datatype + "\",\"shape\":" + shape + ",\"data\":" + data
                + "}";
    }

    private static byte[] joined(byte[] json, byte[] bytes) {
        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        joined.writeBytes(json);
        joined.writeBytes(bytes);
        return joined.toByteArray();
    }
}
