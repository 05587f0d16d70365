package io.imagetransformer.predictor;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import inference.GrpcPredictV2.ModelInferRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

import io.imagetransformer.image.ImageSettings;
import io.imagetransformer.image.Invert;
import io.imagetransformer.image.Tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

class V2RequestsAreAsTheModelWantsThemTest {
    /** Two columns, one row, red, green, blue of each pixel. */
    private static final Tensor COLOURS = new Tensor(1, 2, 3, new double[] {0, 51 / 255.0, 1, 1 / 255.0, 0.6, 0.2});

    private static final Tensor GREYS = new Tensor(2, 2, 1, new double[] {0, 1, 51 / 255.0, 0.6});

    @Test
    void asJsonWithNumbersAsPythonWritesThem() {
        // Given
        V2Input input = new V2Input("image", Datatype.FP32, List.of(4L), false);

        // When
        V2Protocol.Request request = V2Protocol.request("7", input, V2Options.none(), List.of(GREYS, GREYS));

        // Then
        assertThat(request.jsonLength()).isNull();
        assertThat(text(request.body()))
                .isEqualTo("{\"id\":\"7\",\"inputs\":[{\"name\":\"image\",\"shape\":[2,4],\"datatype\":\"FP32\","
                        + "\"data\":[0.0,1.0,0.2,0.6,0.0,1.0,0.2,0.6]}]}");
    }

    @ParameterizedTest
    @CsvSource({"UINT8", "UINT16", "UINT32", "UINT64", "INT16", "INT32", "INT64"})
    void wholeNumbersAreWhatThePictureHas(Datatype datatype) {
        // Given
        V2Input input = new V2Input("x", datatype, List.of(2L, 2L), false);

        // When
        V2Protocol.Request request = V2Protocol.request("7", input, V2Options.none(), List.of(GREYS));

        // Then
        assertThat(text(request.body())).contains("\"shape\":[1,2,2]").contains("\"data\":[0,255,51,153]");
    }

    @Test
    void aModelThatTakesPlanesGetsAllOfOneColourFirst() {
        // Given
        V2Input input = new V2Input("x", Datatype.UINT8, List.of(3L, 1L, 2L), true);

        // When
        V2Protocol.Request request = V2Protocol.request("7", input, V2Options.none(), List.of(COLOURS));

        // Then
        assertThat(text(request.body())).contains("\"data\":[0,1,51,153,255,51]");
    }

    @Test
    void bytesFollowTheJsonAndTheHeaderTellsWhereTheyBegin() {
        // Given
        V2Input input = new V2Input("x", Datatype.FP32, List.of(4L), false);
        V2Options options = new V2Options("", null, List.of(), "", "", true, Map.of());

        // When
        V2Protocol.Request request = V2Protocol.request("7", input, options, List.of(GREYS));

        // Then
        int json = request.jsonLength();
        assertThat(text(Arrays.copyOf(request.body(), json)))
                .isEqualTo(
                        "{\"id\":\"7\",\"parameters\":{\"binary_data_output\":true},\"inputs\":[{\"name\":\"x\",\"shape\":[1,4],"
                                + "\"datatype\":\"FP32\",\"parameters\":{\"binary_data_size\":16}}]}");
        ByteBuffer bytes = ByteBuffer.wrap(request.body(), json, 16).order(ByteOrder.LITTLE_ENDIAN);
        assertThat(new float[] {bytes.getFloat(), bytes.getFloat(), bytes.getFloat(), bytes.getFloat()})
                .containsExactly(0f, 1f, 0.2f, 0.6f);
        assertThat(bytes.hasRemaining()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "UINT8,  00ff3399",
        "UINT16, 0000ff0033009900",
        "INT32,  00000000ff0000003300000099000000",
        "INT64,  0000000000000000ff0000000000000033000000000000009900000000000000",
        "FP16,   0000003c6632cd38",
        "BF16,   0000803f4d3e1a3f",
        "FP64,   0000000000000000000000000000f03f9a9999999999c93f333333333333e33f"
    })
    void bytesAreLittleEndian(Datatype datatype, String hex) {
        // Given
        V2Input input = new V2Input("x", datatype, List.of(4L), false);

        // When
        byte[] bytes = input.bytes(List.of(GREYS));

        // Then
        assertThat(java.util.HexFormat.of().formatHex(bytes)).isEqualTo(hex);
    }

    @Test
    void halfFloatsGoAsBytesWhateverTheSettings() {
        // Given
        V2Input input = new V2Input("x", Datatype.FP16, List.of(4L), false);

        // When
        V2Protocol.Request rest = V2Protocol.request("7", input, V2Options.none(), List.of(GREYS));
        ModelInferRequest grpc = GrpcV2Protocol.request("7", input, V2Options.none(), List.of(GREYS));

        // Then
        assertThat(text(Arrays.copyOf(rest.body(), rest.jsonLength())))
                .isEqualTo("{\"id\":\"7\",\"inputs\":[{\"name\":\"x\",\"shape\":[1,4],\"datatype\":\"FP16\","
                        + "\"parameters\":{\"binary_data_size\":8}}]}");
        assertThat(rest.body()).hasSize(rest.jsonLength() + 8).endsWith(0x66, 0x32, 0xcd, 0x38);
        assertThat(grpc.getRawInputContents(0).toByteArray()).endsWith(0x66, 0x32, 0xcd, 0x38);
        assertThat(grpc.getInputs(0).hasContents()).isFalse();
    }

    @Test
    void parametersAreSentAsWhatTheyAre() {
        // Given
        V2Input input = new V2Input("x", Datatype.UINT8, List.of(4L), false);
        V2Options one = new V2Options("", null, List.of(), "", "", false, Map.of("fast", true));
        V2Options three = new V2Options("", null, List.of(), "", "", false, Map.of("a", true, "b", -5L, "c", "x"));

        // When
        String json = text(V2Protocol.request("7", input, one, List.of(GREYS)).body());
        ModelInferRequest message = GrpcV2Protocol.request("7", input, three, List.of(GREYS));

        // Then
        assertThat(json).startsWith("{\"id\":\"7\",\"parameters\":{\"fast\":true},");
        assertThat(message.getParametersMap().get("a").getBoolParam()).isTrue();
        assertThat(message.getParametersMap().get("b").getInt64Param()).isEqualTo(-5);
        assertThat(message.getParametersMap().get("c").getStringParam()).isEqualTo("x");
    }

    static Stream<Arguments> takes() {
        return Stream.of(
                takes("flat", "FP32", List.of(-1L, 12L), List.of(12L), false),
                takes("one image, without a batch", "FP32", List.of(12L), List.of(12L), false),
                takes("a batch of one", "FP32", List.of(1L, 12L), List.of(12L), false),
                takes("flat, of any size", "FP32", List.of(-1L, -1L), List.of(12L), false),
                takes("rows", "UINT8", List.of(-1L, 2L, 2L, 3L), List.of(2L, 2L, 3L), false),
                takes("planes", "UINT8", List.of(-1L, 3L, 2L, 2L), List.of(3L, 2L, 2L), true),
                takes("planes of any size", "FP64", List.of(-1L, 3L, -1L, -1L), List.of(3L, 2L, 2L), true),
                takes("anything", "FP64", List.of(-1L, -1L, -1L, -1L), List.of(2L, 2L, 3L), false));
    }

    private static Arguments takes(String name, String datatype, List<Long> told, List<Long> sent, boolean planes) {
        return argumentSet(name, datatype, told, sent, planes);
    }

    @ParameterizedTest
    @MethodSource("takes")
    void metadataTellNameDatatypeAndShape(String datatype, List<Long> told, List<Long> sent, boolean planes) {
        // Given
        V2Model model = new V2Model(V2Options.none(), images(2, 2, 3));
        byte[] metadata = ("{\"name\":\"m\",\"inputs\":[{\"name\":\"image\",\"datatype\":\"" + datatype
                        + "\",\"shape\":" + told + "}]}")
                .getBytes(StandardCharsets.UTF_8);

        // When
        var trouble = V2Protocol.learn(new HttpAnswer(200, 0, "", metadata), model);

        // Then
        assertThat(trouble).isEmpty();
        assertThat(model.isDoubtful()).isFalse();
        assertThat(model.input()).isEqualTo(new V2Input("image", Datatype.valueOf(datatype), sent, planes));
    }

    static Stream<Arguments> unfit() {
        String image = "{\"name\":\"image\",\"datatype\":\"FP32\",\"shape\":[-1,12]}";
        return Stream.of(
                argumentSet(
                        "another size",
                        "[{\"name\":\"x\",\"datatype\":\"FP32\",\"shape\":[-1,3,224,224]}]",
                        "its input x has the shape [-1, 3, 224, 224], our images are 2 rows, 2 columns, 3 channels:"
                                + " correct image.*, or set predictor.input.shape"),
                argumentSet(
                        "texts",
                        "[{\"name\":\"x\",\"datatype\":\"BYTES\",\"shape\":[-1,12]}]",
                        "its input x is BYTES, which holds no image of ours: if it takes another, set"
                                + " predictor.input.datatype"),
                argumentSet(
                        "several inputs",
                        "[" + image + "," + image.replace("image", "mask") + "]",
                        "it has several inputs, image, mask: say in predictor.input.name which takes the image"),
                argumentSet(
                        "no shape",
                        "[{\"name\":\"x\",\"datatype\":\"FP32\"}]",
                        "its input x has the shape [], our images are 2 rows, 2 columns, 3 channels: correct image.*,"
                                + " or set predictor.input.shape"));
    }

    @ParameterizedTest
    @MethodSource("unfit")
    void aModelThatDoesNotTakeOurImagesIsWaitedForWithTheReason(String inputs, String why) {
        // Given
        V2Model model = new V2Model(V2Options.none(), images(2, 2, 3));
        byte[] metadata = ("{\"inputs\":" + inputs + "}").getBytes(StandardCharsets.UTF_8);

        // When
        var trouble = V2Protocol.learn(new HttpAnswer(200, 0, "", metadata), model);

        // Then
        assertThat(trouble).contains(new Answer.Unavailable("the model does not take our images: " + why, 0));
        assertThat(model.isDoubtful()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "404 | {\"error\":\"no\"} | status 404: {\"error\":\"no\"}",
                "200 | <html>             | not JSON: <html>",
                "200 | []                 | []"
            })
    void noMetadataAreNoFaultOfAnyImage(int status, String body, String why) {
        // Given
        V2Model model = new V2Model(V2Options.none(), images(2, 2, 3));

        // When
        var trouble = V2Protocol.learn(new HttpAnswer(status, 1_000, "", body.getBytes(StandardCharsets.UTF_8)), model);

        // Then
        assertThat(trouble).isPresent().get().satisfies(away -> assertThat(away.what())
                .isEqualTo("no metadata of the model: " + why));
    }

    @Test
    void settingsWinOverMetadata() {
        // Given
        V2Options options = new V2Options("mask", Datatype.UINT8, List.of(-1L, 3L, 2L, 2L), "", "", false, Map.of());
        V2Model model = new V2Model(options, images(2, 2, 3));

        // When
        model.learn(List.of(
                new V2Input.Told("image", "FP32", List.of(-1L, 12L)),
                new V2Input.Told("mask", "BYTES", List.of(-1L, 7L))));

        // Then
        assertThat(model.input()).isEqualTo(new V2Input("mask", Datatype.UINT8, List.of(3L, 2L, 2L), true));
    }

    @Test
    void aModelThatTellsNothingGetsWhatKServesServersExpect() {
        // Given
        V2Model model = new V2Model(V2Options.none(), images(2, 2, 3));

        // When
        model.learn(List.of());

        // Then
        assertThat(model.input()).isEqualTo(new V2Input("input-0", Datatype.FP32, List.of(12L), false));
    }

    private static ImageSettings images(int height, int width, int channels) {
        return new ImageSettings(width, height, channels, Invert.NEVER, 1_000, 1_000);
    }

    private static String text(byte[] body) {
        return new String(body, StandardCharsets.US_ASCII);
    }
}
