package io.imagetransformer.event;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** For every key: written as its store writes it, then decoded, it is the same key. */
class KeysSurviveTheirEncodingTest {
    private static final long SEED = 20_230_411;
    private static final int KEYS = 3_000;
    /** What encodings trip over, besides a few of everything else. */
    private static final String ALPHABET = "ab09 +%/\\.&?#=;:~*'\"<>${}@\n\t\u007füñ数字\u0301";

    private static final EventDecoder DECODER = new EventDecoder(DecoderLimits.defaults());

    @ParameterizedTest
    @ValueSource(strings = {"aws:s3", "minio:s3", "rustfs:s3"})
    void formEncodedKeysOfRecords(String source) {
        keys().forEach(key -> {
            // Given
            ObjectNode event = event(source, URLEncoder.encode(key, StandardCharsets.UTF_8));

            // When
            String decoded = keyOf(event);

            // Then
            assertThat(decoded).isEqualTo(key);
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"ceph:s3", "aws.s3", "b2:s3"})
    void rawKeysOfRecords(String source) {
        keys().forEach(key -> {
            // Given
            ObjectNode event = event(source, key);

            // When
            String decoded = keyOf(event);

            // Then
            assertThat(decoded).isEqualTo(key);
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"minio:s3", "rustfs:s3"})
    void rawKeysOfEnvelopes(String source) {
        keys().forEach(key -> {
            // Given
            ObjectNode event = event(source, URLEncoder.encode(key, StandardCharsets.UTF_8));
            event.put("EventName", "s3:ObjectCreated:Put").put("Key", "mnist/" + key);

            // When
            String decoded = keyOf(event);

            // Then
            assertThat(decoded).isEqualTo(key);
        });
    }

    private static Stream<String> keys() {
        Random random = new Random(SEED);
        return IntStream.range(0, KEYS).mapToObj(i -> key(random));
    }

    private static String key(Random random) {
        StringBuilder key = new StringBuilder();
        int length = 1 + random.nextInt(40);
        while (key.length() < length) {
            if (random.nextInt(10) == 0) {
                key.append(Character.toString(0x1F300 + random.nextInt(0x200)));
            } else if (random.nextInt(10) == 0) {
                key.append(String.format("%%%02X", random.nextInt(256)));
            } else {
                key.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
            }
        }
        return key.charAt(key.length() - 1) == '/' ? key.append('x').toString() : key.toString();
    }

    private static ObjectNode event(String source, String spelledKey) {
        ObjectNode event = EventFixture.JSON.createObjectNode();
        ObjectNode record = event.putArray("Records").addObject();
        record.put("eventSource", source).put("eventName", "ObjectCreated:Put");
        ObjectNode s3 = record.putObject("s3");
        s3.putObject("bucket").put("name", "mnist");
        s3.putObject("object").put("key", spelledKey);
        return event;
    }

    private static String keyOf(ObjectNode event) {
        List<Decoded> verdicts =
                DECODER.decode(new IncomingEvent(Map.of(), event.toString().getBytes(StandardCharsets.UTF_8)));
        assertThat(verdicts).singleElement().isInstanceOf(Decoded.Created.class);
        return ((Decoded.Created) verdicts.get(0)).object().key();
    }
}
