package io.imagetransformer.event;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.Test;

/** Whatever is done to the fixtures: verdicts come, within the bounds that their types promise. */
class DecodingNeverThrowsTest {
    private static final long SEED = 20_261_122;
    private static final int MUTATIONS = 10_000;
    private static final EventDecoder DECODER = new EventDecoder(DecoderLimits.defaults());
    private static final List<IncomingEvent> SEEDS = EventFixture.all().stream()
            .map(EventFixture::event)
            .filter(event -> event.body() != null && event.body().length > 0)
            .toList();

    @Test
    void onBytesThatWereChangedCutRepeatedOrSpliced() {
        Random random = new Random(SEED);
        for (int i = 0; i < MUTATIONS; i++) {
            // Given
            IncomingEvent seed = any(SEEDS, random);
            byte[] body = seed.body();
            for (int n = 1 + random.nextInt(3); n > 0; n--) {
                body = mutated(body, any(SEEDS, random).body(), random);
            }
            IncomingEvent event = new IncomingEvent(headers(seed, random), body);

            // When
            List<Decoded> verdicts = DECODER.decode(event);

            // Then
            VerdictBounds.check(verdicts, DecoderLimits.defaults(), "mutation " + i);
        }
    }

    @Test
    void onJsonWhoseValuesAreOfOtherTypes() throws IOException {
        Random random = new Random(SEED + 1);
        for (int i = 0; i < MUTATIONS; i++) {
            // Given
            IncomingEvent seed = any(SEEDS, random);
            JsonNode tree = treeOf(seed);
            for (int n = 1 + random.nextInt(3); n > 0; n--) {
                replaceSomewhere(tree, random);
            }
            IncomingEvent event =
                    new IncomingEvent(headers(seed, random), tree.toString().getBytes(StandardCharsets.UTF_8));

            // When
            List<Decoded> verdicts = DECODER.decode(event);

            // Then
            VerdictBounds.check(verdicts, DecoderLimits.defaults(), "mutation " + i);
        }
    }

    private static byte[] mutated(byte[] body, byte[] other, Random random) {
        if (body.length == 0) {
            return other;
        }
        int from = random.nextInt(body.length);
        int to = from + random.nextInt(Math.min(64, body.length - from) + 1);
        byte[] head = Arrays.copyOfRange(body, 0, from);
        byte[] middle = Arrays.copyOfRange(body, from, to);
        byte[] tail = Arrays.copyOfRange(body, to, body.length);
        return switch (random.nextInt(6)) {
            case 0 -> joined(head, tail);
            case 1 -> joined(head, middle, middle, tail);
            case 2 -> head;
            case 3 -> joined(head, Arrays.copyOfRange(other, other.length / 2, other.length));
            case 4 -> {
                body = body.clone();
                body[from] = (byte) random.nextInt(256);
                yield body;
            }
            default -> {
                String syntax = "{}[]\",:\\0-eE.tfn%+\0\u00ff";
                yield joined(head, new byte[] {(byte) syntax.charAt(random.nextInt(syntax.length()))}, tail);
            }
        };
    }

    private static byte[] joined(byte[]... parts) {
        int length = Arrays.stream(parts).mapToInt(part -> part.length).sum();
        byte[] all = new byte[length];
        int at = 0;
        for (byte[] part : parts) {
            System.arraycopy(part, 0, all, at, part.length);
            at += part.length;
        }
        return all;
    }

    private static Map<String, String> headers(IncomingEvent seed, Random random) {
        Map<String, String> headers = new HashMap<>(seed.headers());
        if (random.nextInt(4) == 0) {
            headers.putAll(any(SEEDS, random).headers());
        }
        if (random.nextInt(8) == 0 && !headers.isEmpty()) {
            String name = any(new ArrayList<>(headers.keySet()), random);
            headers.put(name, any(List.of("", "%", "%zz", "\0", ";", "\ud800", "1.0"), random));
        }
        return headers;
    }

    private static JsonNode treeOf(IncomingEvent seed) {
        try {
            return EventFixture.JSON.readTree(seed.body());
        } catch (IOException e) {
            return EventFixture.JSON.createObjectNode();
        }
    }

    private static void replaceSomewhere(JsonNode tree, Random random) throws IOException {
        JsonNode node = tree;
        while (node.isContainerNode() && !node.isEmpty()) {
            int index = random.nextInt(node.size());
            List<String> names = new ArrayList<>();
            node.fieldNames().forEachRemaining(names::add);
            JsonNode child = node.isObject() ? node.get(names.get(index)) : node.get(index);
            if (child.isContainerNode() && !child.isEmpty() && random.nextInt(4) != 0) {
                node = child;
                continue;
            }
            JsonNode other = EventFixture.JSON.readTree(any(
                    List.of(
                            "null",
                            "true",
                            "-1",
                            "1e400",
                            "99999999999999999999",
                            "\"\"",
                            "\"\\ud800\"",
                            "\"%\"",
                            "[]",
                            "{}",
                            "[[1]]",
                            "{\"data\":{}}",
                            "\"{}\"",
                            "\"\\u0000\\r\\n\"",
                            "\"s3:ObjectCreated:Put\""),
                    random));
            if (node instanceof ObjectNode object) {
                object.set(names.get(index), other);
            } else {
                ((ArrayNode) node).set(index, other);
            }
            return;
        }
    }

    private static <T> T any(List<T> list, Random random) {
        return list.get(random.nextInt(list.size()));
    }
}
