package io.imagetransformer.predictor;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

import io.imagetransformer.fuzz.FuzzTarget;
import io.imagetransformer.image.ImageSettings;
import io.imagetransformer.image.Invert;
import io.imagetransformer.image.Tensor;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Input: a byte that chooses instances, whether settings name the outputs, and whether it is the metadata; a byte that
 * tells how many bytes behind the JSON are binary (255: no such header); then the body.
 */
public final class V2AnswerTarget implements FuzzTarget {
    static final int METADATA = 0x40;
    private static final int NAMED = 0x20;
    private static final int NOT_BINARY = 0xFF;
    private static final V2Options NAMES = new V2Options("", null, List.of(), "label", "scores", true, Map.of());
    private static final ImageSettings IMAGE = new ImageSettings(2, 3, 1, Invert.NEVER, 1_000, 1_000);
    private static final Tensor TENSOR = new Tensor(2, 3, 1, new double[] {0, 0.2, 0.4, 0.6, 0.8, 1});

    @Override
    public Stream<byte[]> seeds() {
        Stream<byte[]> json = Stream.of(
                        "{\"outputs\":[{\"name\":\"scores\",\"datatype\":\"FP32\",\"shape\":[2,3],\"data\":[0.25,0.5,0.25,1,0,0]},"
                                + "{\"name\":\"label\",\"datatype\":\"INT64\",\"shape\":[2],\"data\":[1,2]}]}",
                        "{\"model_name\":\"m\",\"outputs\":[{\"name\":\"o\",\"datatype\":\"FP64\",\"shape\":[2,2],\"data\":[[0.25,NaN],[1,0]]}]}",
                        "{\"outputs\":[{\"name\":\"c\",\"datatype\":\"BYTES\",\"shape\":[2,1],\"data\":[\"cat\",\"dog\"]}]}",
                        "{\"outputs\":[{\"name\":\"c\",\"datatype\":\"BOOL\",\"shape\":[2],\"data\":[true,false]}]}",
                        "{\"outputs\":[{\"name\":\"c\",\"datatype\":\"FP32\",\"shape\":[2],\"data\":[1.0,2e300]}]}",
                        "{\"outputs\":[{\"name\":\"a\\nb\",\"datatype\":\"INT8\",\"shape\":[3,99999999999],\"data\":[1]}]}",
                        "{\"outputs\":null}",
                        "{\"error\":\"no\"}",
                        "<html>503\r\n</html>")
                .flatMap(body -> Stream.of(seed(1, NOT_BINARY, body), seed(1 | NAMED, NOT_BINARY, body)));
        Stream<byte[]> metadata = Stream.of(
                        "{\"name\":\"m\",\"inputs\":[{\"name\":\"x\",\"datatype\":\"FP32\",\"shape\":[-1,6]}],\"outputs\":[]}",
                        "{\"inputs\":[{\"name\":\"x\",\"datatype\":\"UINT8\",\"shape\":[-1,2,3,1]}]}",
                        "{\"inputs\":[{\"name\":\"x\",\"datatype\":\"INT64\",\"shape\":[1,1,2,3]}]}",
                        "{\"inputs\":[{\"name\":\"a\\u2028b\",\"datatype\":\"FP16\",\"shape\":[7]},{\"name\":\"b\"}]}",
                        "{\"inputs\":[{\"name\":\"a\\u0085b\",\"datatype\":\"FP16\",\"shape\":[7]}]}",
                        "{\"inputs\":[{\"name\":\"a\\u202eb\",\"datatype\":\"FP64\",\"shape\":[7,7]}]}",
                        "{\"inputs\":[]}",
                        "[]")
                .map(body -> seed(METADATA, NOT_BINARY, body));
        Stream<byte[]> binary = Arrays.stream(Datatype.values()).map(V2AnswerTarget::binary);
        return Stream.of(json, metadata, binary).flatMap(each -> each);
    }

    /** One element for each of two instances. */
    static byte[] bytes(Datatype datatype) {
        ByteBuffer bytes = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 1; i <= 2; i++) {
            switch (datatype) {
                case BYTES -> bytes.putInt(1).put((byte) ('0' + i));
                case FP32 -> bytes.putFloat(i);
                case FP64 -> bytes.putDouble(i);
                default -> bytes.put((byte) i).put(new byte[datatype.width() - 1]);
            }
        }
        return Arrays.copyOf(bytes.array(), bytes.position());
    }

    private static byte[] binary(Datatype datatype) {
        byte[] bytes = bytes(datatype);
        String json = "{\"outputs\":[{\"name\":\"c\",\"datatype\":\"" + datatype
                + "\",\"shape\":[2],\"parameters\":{\"binary_data_size\":" + bytes.length + "}}]}";
        ByteArrayOutputStream input = new ByteArrayOutputStream();
        input.writeBytes(seed(1, bytes.length, json));
        input.writeBytes(bytes);
        return input.toByteArray();
    }

    private static byte[] seed(int choice, int binary, String body) {
        ByteArrayOutputStream input = new ByteArrayOutputStream();
        input.write(choice);
        input.write(binary);
        input.writeBytes(body.getBytes(StandardCharsets.UTF_8));
        return input.toByteArray();
    }

    @Override
    public void work(byte[] input) {
        if (input.length < 2) {
            return;
        }
        int instances = 1 + (input[0] & 7);
        V2Options options = (input[0] & NAMED) == 0 ? V2Options.none() : NAMES;
        byte[] body = Arrays.copyOfRange(input, 2, input.length);
        int binary = input[1] & 0xFF;
        String jsonLength = binary == NOT_BINARY ? "" : String.valueOf(body.length - binary);
        HttpAnswer answer = new HttpAnswer(200, 0, jsonLength, body);
        if ((input[0] & METADATA) == 0) {
            AnswerBounds.check(V2Protocol.answer(answer, options, instances), instances, "the input");
        } else {
            V2Model model = new V2Model(options, IMAGE);
            checkLearnt(model, V2Protocol.learn(answer, model));
        }
    }

    /** A model is not understood, or gets a request of one image. */
    static void checkLearnt(V2Model model, Optional<Answer.Unavailable> why) {
        if (why.isPresent()) {
            AnswerBounds.check(why.get(), 1, "the input");
            return;
        }
        V2Input learnt = model.input();
        assertThat(learnt.datatype().takesImages()).isTrue();
        assertThat(learnt.bytes(List.of(TENSOR)))
                .hasSize(TENSOR.values().length * learnt.datatype().width());
    }

    /** That {@link #checkLearnt} shows its one image to. */
    static V2Model model() {
        return new V2Model(V2Options.none(), IMAGE);
    }
}
