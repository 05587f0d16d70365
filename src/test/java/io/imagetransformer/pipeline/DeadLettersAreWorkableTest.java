package io.imagetransformer.pipeline;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.imagetransformer.KafkaImageTransformer;
import io.imagetransformer.sandbox.KafkaTopicProbe;
import io.imagetransformer.sandbox.Mnist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Whoever is woken by dead letters sees which there are and why, and sends them back when their cause is mended. */
class DeadLettersAreWorkableTest {
    private static final JsonMapper JSON = new JsonMapper();

    private Stack stack;

    @BeforeEach
    void startStack() {
        stack = Stack.start(3);
    }

    @AfterEach
    void closeStack() {
        stack.close();
    }

    private Asked ask(String... arguments) {
        return Asked.of(stack.settings(), arguments);
    }

    private void work() {
        work(Map.of());
    }

    private void work(Map<String, String> overrides) {
        try (KafkaImageTransformer program = stack.startProgram(overrides)) {
            stack.awaitAllDone();
        }
    }

    private List<String> keysListed(String... filter) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("dead-letters", "list", "--json"));
        arguments.addAll(List.of(filter));
        List<String> keys = new ArrayList<>();
        for (String line : ask(arguments.toArray(String[]::new)).out()) {
            keys.add(JSON.readTree(line).at("/causes/0/key").asText("none"));
        }
        return keys;
    }

    private String placeOf(String key) throws IOException {
        for (String line :
                ask("dead-letters", "list", "--json", "--key-prefix", key).out()) {
            return JSON.readTree(line).get("at").asText();
        }
        throw new AssertionError("no dead letter of " + key);
    }

    @Test
    void theyAreListedByReasonObjectAndTime() throws Exception {
        // Given
        stack.upload("a/text.png", "no picture".getBytes(StandardCharsets.UTF_8));
        stack.upload("a/empty.png", new byte[0]);
        stack.upload("b/line\u001b[2J\nfeed", "no picture".getBytes(StandardCharsets.UTF_8));
        stack.publish("unknown", "{\"hello\":\"world\"}");
        work();
        Instant later = Instant.now();

        // When
        Asked table = ask("dead-letters", "list");

        // Then
        assertThat(table.exitCode()).isZero();
        assertThat(table.out()).hasSize(5);
        assertThat(table.out().get(0)).startsWith("AT ").contains("REASON", "OBJECT");
        assertThat(table.text())
                .containsPattern("\\d@\\d+ +20\\S+Z transform +not-an-image +1 +0 +mnist/a/text.png")
                .containsPattern("decode +unknown-shape +1 +0 +-")
                .contains("mnist/b/line\\u001b[2J\\u000afeed");
        assertThat(keysListed()).hasSize(4);
        assertThat(keysListed("--reason", "not-an-image")).hasSize(2).contains("a/text.png");
        assertThat(keysListed("--reason", "no-bytes", "--reason", "unknown-shape"))
                .containsExactlyInAnyOrder("a/empty.png", "none");
        assertThat(keysListed("--key-prefix", "a/")).containsExactlyInAnyOrder("a/text.png", "a/empty.png");
        assertThat(keysListed("--bucket", "elsewhere")).isEmpty();
        assertThat(keysListed("--since", later.toString())).isEmpty();
        assertThat(keysListed("--since", "1h", "--until", later.toString())).hasSize(4);
        assertThat(keysListed("--limit", "1")).as("the newest").hasSize(1);
        assertThat(ask("dead-letters", "list", "--limit", "3").err())
                .containsExactly("1 older ones are left out: --limit 4 shows all");
    }

    @Test
    void oneIsExplainedWithWhatToDoAndWithoutWhatIsNobodysBusiness() throws Exception {
        // Given
        stack.publish(
                "gone",
                Events.upload(stack.source, "gone.png", 1)
                        .replace("\"size\":1", "\"size\":1,\"userMetadata\":{\"patient\":\"planted\"}"),
                Map.of("authorization", "Bearer planted", "trace", "t-1"));
        work();
        String place = placeOf("gone.png");

        // When
        Asked explained = ask("dead-letters", "explain", place);
        Asked raw = ask("dead-letters", "explain", place, "--raw");

        // Then
        assertThat(explained.exitCode()).isZero();
        assertThat(explained.text())
                .contains("Dead letter " + place + " of topic " + stack.deadLetterTopic())
                .contains("fetch: object-missing, after 2 tries")
                .contains("mnist/gone.png")
                .contains("Restored since: replay.")
                .contains("trace: t-1", "authorization: (redacted)", "\"userMetadata\" : \"(redacted)\"")
                .contains("dead-letters replay " + place)
                .doesNotContain("planted");
        assertThat(raw.text()).contains("\"patient\":\"planted\"").startsWith("{\"Records\"");
    }

    @Test
    void aReplayedRecordIsFiledOnceItsCauseIsMended() throws Exception {
        // Given
        stack.upload("large.png", Mnist.png(3));
        stack.upload("text.png", "no".getBytes(StandardCharsets.UTF_8));
        work(Map.of("image.max-bytes", "100"));
        Map<Integer, Long> before = stack.probe().endOffsets(stack.topic);
        ConsumerRecord<byte[], byte[]> event = stack.probe().readAll(stack.topic).stream()
                .filter(record -> "mnist/large.png".equals(KafkaTopicProbe.key(record)))
                .findFirst()
                .orElseThrow();

        // When
        Asked dry = ask("dead-letters", "replay", "--reason", "too-many-bytes", "--dry-run");

        // Then
        assertThat(dry.exitCode()).isZero();
        assertThat(dry.text()).contains("mnist/large.png", "would send 1 back");
        assertThat(stack.probe().endOffsets(stack.topic)).as("nothing was sent").isEqualTo(before);

        // When
        Asked sent = ask("dead-letters", "replay", "--reason", "too-many-bytes");

        // Then
        assertThat(sent.exitCode()).isZero();
        assertThat(sent.out()).containsExactly("sent 1 back to topic " + stack.topic);
        List<ConsumerRecord<byte[], byte[]>> again = stack.probe().readAll(stack.topic).stream()
                .filter(record -> KafkaTopicProbe.headers(record).containsKey("kafka-image-transformer-replays"))
                .toList();
        assertThat(again).singleElement().satisfies(record -> {
            assertThat(record.key()).isEqualTo(event.key());
            assertThat(record.value()).isEqualTo(event.value());
            assertThat(record.partition()).isEqualTo(event.partition());
            assertThat(KafkaTopicProbe.headers(record)).isEqualTo(Map.of("kafka-image-transformer-replays", "1"));
        });
        work();
        assertThat(stack.filed()).containsExactly(Mnist.label(3) + "/large.png");
    }

    @Test
    void aRecordThatFailsAgainAndAgainShowsIt() throws Exception {
        // Given
        Map<String, String> headers = Map.of("CamelHttpUri", "http://x", "trace", "t-1");
        stack.publish("poison", "{}", headers);
        try (KafkaImageTransformer program = stack.startProgram()) {
            stack.awaitAllDone();

            // When
            for (int round = 1; round <= 2; round++) {
                int letters = round;
                String place = lettersByReplays().get(round - 1).get("at").asText();
                assertThat(ask("dead-letters", "replay", place).exitCode()).isZero();
                await("the next dead letter")
                        .atMost(Stack.PATIENCE)
                        .until(() -> stack.deadLetters().size() > letters);
            }
        }

        // Then
        List<JsonNode> letters = lettersByReplays();
        assertThat(letters).extracting(letter -> letter.get("replays").asInt()).containsExactly(0, 1, 2);
        assertThat(ask("dead-letters", "explain", letters.get(2).get("at").asText())
                        .text())
                .contains("replays  2: replaying it did not help so far")
                .contains("CamelHttpUri: http://x", "trace: t-1");
        assertThat(stack.probe().readAll(stack.topic)).allSatisfy(record -> assertThat(KafkaTopicProbe.headers(record))
                .containsAllEntriesOf(headers));
    }

    private List<JsonNode> lettersByReplays() throws IOException {
        List<JsonNode> letters = new ArrayList<>();
        for (String line : ask("dead-letters", "list", "--json").out()) {
            letters.add(JSON.readTree(line));
        }
        letters.sort(java.util.Comparator.comparingInt(
                letter -> letter.get("replays").asInt()));
        return letters;
    }

    @Test
    void whatCannotBeReplayedIsSaid() throws Exception {
        // Given
        stack.probe().createTopic(stack.deadLetterTopic(), 3, Map.of("max.message.bytes", "4000"));
        stack.publish("large", "{\"hello\":\"" + "x".repeat(8_000) + "\"}");
        work();
        stack.probe().send(stack.deadLetterTopic(), "foreign", "what?".getBytes(StandardCharsets.UTF_8));
        long sent = stack.probe().endOffsets(stack.topic).values().stream()
                .mapToLong(Long::longValue)
                .sum();

        // When
        Asked replayed = ask("dead-letters", "replay", "--all");

        // Then
        assertThat(replayed.exitCode()).isEqualTo(3);
        assertThat(replayed.err())
                .hasSize(2)
                .anyMatch(line -> line.contains("its value was left out"))
                .anyMatch(line -> line.contains("was not written by this program"));
        assertThat(stack.probe().endOffsets(stack.topic).values().stream()
                        .mapToLong(Long::longValue)
                        .sum())
                .isEqualTo(sent);
        assertThat(ask("dead-letters", "list").text()).contains("unknown-shape");
    }

    @Test
    void aMistakeIsToldInOneLine() {
        // Given
        stack.probe().createTopic(stack.deadLetterTopic(), 1);

        // When
        Asked unknownReason = ask("dead-letters", "list", "--reason", "not-a-image");
        Asked nothingNamed = ask("dead-letters", "replay");
        Asked unknownCommand = ask("dead-leters");
        Asked noSuchPlace = ask("dead-letters", "explain", "0@7");
        Asked noTopic = Asked.of(
                java.util.stream.Stream.of(stack.settings(), Map.of("dead-letter.topic", "nowhere"))
                        .flatMap(map -> map.entrySet().stream())
                        .collect(java.util.stream.Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)),
                "dead-letters",
                "list");

        // Then
        assertThat(List.of(unknownReason, nothingNamed, unknownCommand, noSuchPlace, noTopic))
                .allSatisfy(asked -> assertThat(asked.err()).hasSize(1));
        assertThat(unknownReason.exitCode()).isEqualTo(2);
        assertThat(unknownReason.err().get(0)).contains("'not-a-image' is no reason");
        assertThat(nothingNamed.exitCode()).isEqualTo(2);
        assertThat(nothingNamed.err().get(0)).contains("--all");
        assertThat(unknownCommand.exitCode()).isEqualTo(2);
        assertThat(noSuchPlace.exitCode()).isEqualTo(1);
        assertThat(noSuchPlace.err().get(0)).contains("no record 0@7", "is empty");
        assertThat(noTopic.exitCode()).isEqualTo(1);
        assertThat(noTopic.err().get(0)).contains("no topic nowhere");
    }
}
