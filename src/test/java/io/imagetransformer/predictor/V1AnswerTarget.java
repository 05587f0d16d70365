package io.imagetransformer.predictor;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Stream;

import io.imagetransformer.fuzz.FuzzTarget;

/** Input: a byte that chooses status and instances, then the body. */
public final class V1AnswerTarget implements FuzzTarget {
    private static final int[] STATUS = {200, 200, 200, 200, 200, 200, 400, 503};

    @Override
    public Stream<byte[]> seeds() {
        return Stream.of(
                        "{\"predictions\":[{\"predictions\":[0.25,0.5,0.25],\"classes\":1},{\"predictions\":[1,0],\"classes\":[0]}]}",
                        "{\"predictions\":[{\"scores\":[[0.25,0.75]],\"label\":\"cat\"},{\"class_ids\":[7]}]}",
                        "{\"predictions\":[[0.25,0.75],[0.5,0.5]]}",
                        "{\"predictions\":[5,\"cat\"]}",
                        "{\"predictions\":[[NaN,0.75],[-Infinity,1e400]]}",
                        "{\"outputs\":{\"classes\":[1,0],\"probabilities\":[[0.25,0.75],[0.5,0.5]]}}",
                        "{\"outputs\":[[0.25,0.75],[0.5,0.5]]}",
                        "{\"message\":\"boom\",\"predictions\":null}",
                        "{\"error\":\"no\"}",
                        "<html>503\r\n</html>")
                .flatMap(body -> Stream.of(seed(1, body), seed(6 * 8 + 1, body), seed(7 * 8 + 1, body)));
    }

    private static byte[] seed(int choice, String body) {
        ByteArrayOutputStream input = new ByteArrayOutputStream();
        input.write(choice);
        input.writeBytes(body.getBytes(StandardCharsets.UTF_8));
        return input.toByteArray();
    }

    @Override
    public void work(byte[] input) {
        if (input.length == 0) {
            return;
        }
        int instances = 1 + (input[0] & 7);
        byte[] body = Arrays.copyOfRange(input, 1, input.length);
        HttpAnswer answer = new HttpAnswer(STATUS[input[0] >> 3 & 7], 0, "", body);
        AnswerBounds.check(V1Protocol.answer(answer, instances), instances, "the input");
    }
}
