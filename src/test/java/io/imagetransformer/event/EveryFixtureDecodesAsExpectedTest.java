package io.imagetransformer.event;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The corpus of {@link EventFixture}s. Expected of a {@code created} is every field that is not null, so that a field
 * which appears or gets lost is seen; of the others the code and the detail.
 */
class EveryFixtureDecodesAsExpectedTest {
    private static final EventDecoder DECODER = new EventDecoder(DecoderLimits.defaults());

    static List<EventFixture> fixtures() {
        return EventFixture.all();
    }

    @ParameterizedTest
    @MethodSource("fixtures")
    void decodesToTheVerdictsBesideIt(EventFixture fixture) {
        // Given
        JsonNode expected = EventFixture.read(fixture.expectedFile());

        // When
        List<Decoded> verdicts = DECODER.decode(fixture.event());

        // Then
        assertThat(asJson(verdicts).toPrettyString()).isEqualTo(expected.toPrettyString());
    }

    @ParameterizedTest
    @MethodSource("fixtures")
    void tellsItsOriginAndOneBody(EventFixture fixture) {
        // Given
        JsonNode record = fixture.record();

        // When
        boolean parsedBeside = record.has("value");

        // Then
        assertThat(record.path("origin").asText()).isNotBlank();
        assertThat(record.has("value_raw")).isNotEqualTo(record.has("value_base64"));
        if (parsedBeside) {
            assertThat(parsed(record.get("value_raw").textValue())).isEqualTo(record.get("value"));
        }
    }

    @Test
    void noFileIsAnOrphan() {
        // Given
        List<Path> files = EventFixture.files();

        // When
        List<Path> orphans =
                files.stream().filter(file -> !files.contains(partnerOf(file))).toList();

        // Then
        assertThat(files).isNotEmpty();
        assertThat(orphans).isEmpty();
    }

    private static Path partnerOf(Path file) {
        String name = file.toString();
        return Path.of(
                name.endsWith(EventFixture.EXPECTED)
                        ? name.replace(EventFixture.EXPECTED, ".json")
                        : name.replace(".json", EventFixture.EXPECTED));
    }

    private static JsonNode parsed(String raw) {
        try {
            return EventFixture.JSON.readTree(raw);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static ArrayNode asJson(List<Decoded> verdicts) {
        ArrayNode list = EventFixture.JSON.createArrayNode();
        verdicts.forEach(verdict -> list.add(asJson(verdict)));
        return list;
    }

    private static ObjectNode asJson(Decoded verdict) {
        ObjectNode json = EventFixture.JSON.createObjectNode();
        if (verdict instanceof Decoded.Created created) {
            json.set("created", asJson(created.object()));
            if (!created.cloudEventAttributes().isEmpty()) {
                json.set("cloudEvent", strings(created.cloudEventAttributes()));
            }
        } else if (verdict instanceof Decoded.Ignored ignored) {
            json.put("ignored", ignored.reason().code()).put("detail", ignored.detail());
        } else if (verdict instanceof Decoded.Malformed malformed) {
            json.put("malformed", malformed.reason().code()).put("detail", malformed.detail());
        }
        return json;
    }

    private static ObjectNode asJson(ObjectRef object) {
        ObjectNode json = EventFixture.JSON.createObjectNode();
        json.put("bucket", object.bucket()).put("key", object.key());
        putIfTold(json, "versionId", object.versionId());
        putIfTold(json, "eTag", object.eTag());
        if (object.size() != null) {
            json.put("size", object.size().intValue());
        }
        putIfTold(json, "contentType", object.contentType());
        putIfTold(json, "eventTime", object.eventTime());
        putIfTold(json, "sequencer", object.sequencer());
        return json.put("eventSource", object.eventSource()).put("eventName", object.eventName());
    }

    private static void putIfTold(ObjectNode json, String name, Object value) {
        if (value != null) {
            json.put(name, value.toString());
        }
    }

    private static ObjectNode strings(Map<String, String> map) {
        ObjectNode json = EventFixture.JSON.createObjectNode();
        map.forEach(json::put);
        return json;
    }
}
