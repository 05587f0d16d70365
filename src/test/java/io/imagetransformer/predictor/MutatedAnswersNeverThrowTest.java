package io.imagetransformer.predictor;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;

import org.junit.jupiter.api.Test;

class MutatedAnswersNeverThrowTest {
    private static final long SEED = 20261122;
    private static final int ROUNDS = 60_000;

    private static final List<String> ANSWERS = List.of(
            "{\"predictions\":[{\"predictions\":[0.25,0.5,0.25],\"classes\":1},{\"predictions\":[1,0,0],\"classes\":[0]}]}",
            "{\"predictions\":[[0.25,0.75],[0.5,0.5]]}",
            "{\"predictions\":[5,\"cat\"]}",
            "{\"outputs\":{\"classes\":[1,0],\"scores\":[[0.25,0.75],[0.5,0.5]]}}",
            "{\"message\":\"boom\",\"predictions\":null}",
            "{\"error\":\"no\"}");
    private static final List<String> PIECES = List.of(
            "{",
            "}",
            "[",
            "]",
            "[[",
            "]]",
            ",",
            ":",
            "null",
            "NaN",
            "-Infinity",
            "1e999",
            "-0",
            "true",
            "\"\"",
            "\"a\"",
            "{\"a\":1}",
            "[]",
            "{}",
            "\"classes\":",
            "\"predictions\":",
            "\ud83d\ude00",
            "\\u0000",
            "99999999999999999999");

    @Test
    void andWhatTheyPredictIsWhole() {
        // Given
        SplittableRandom random = new SplittableRandom(SEED);

        for (int i = 0; i < ROUNDS; i++) {
            String body = mutated(random);

            // When
            Answer answer = V1Protocol.answer(new HttpAnswer(200, 0, "", body.getBytes(StandardCharsets.UTF_8)), 2);

            // Then
            AnswerBounds.check(answer, 2, body);
        }
    }

    private static String mutated(SplittableRandom random) {
        StringBuilder body = new StringBuilder(ANSWERS.get(random.nextInt(ANSWERS.size())));
        int changes = random.nextInt(1, 5);
        for (int i = 0; i < changes; i++) {
            int at = random.nextInt(body.length());
            int end = Math.min(body.length(), at + random.nextInt(1, 12));
            String piece = PIECES.get(random.nextInt(PIECES.size()));
            switch (random.nextInt(4)) {
                case 3 -> replaceAList(body, at, piece);
                case 0 -> body.insert(at, piece);
                case 1 -> body.replace(at, end, piece);
                default -> body.insert(at, body.substring(at, end));
            }
        }
        return body.toString();
    }

    /** The first list or object from there on, whole. */
    private static void replaceAList(StringBuilder body, int from, String piece) {
        int start = from;
        while (start < body.length() && body.charAt(start) != '[' && body.charAt(start) != '{') {
            start++;
        }
        int depth = 0;
        for (int end = start; end < body.length(); end++) {
            char c = body.charAt(end);
            depth += c == '[' || c == '{' ? 1 : c == ']' || c == '}' ? -1 : 0;
            if (depth == 0) {
                body.replace(start, end + 1, piece);
                return;
            }
        }
    }
}
