package io.imagetransformer.event;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

/**
 * A pair of files in {@code src/test/resources/events/<source>/}: {@code <case>.json} is a Kafka record or an HTTP
 * request, {@code <case>.expected.json} the verdicts. A new pair is a new test.
 */
record EventFixture(String name, JsonNode record, Path expectedFile) {
    static final ObjectMapper JSON = new ObjectMapper();
    static final Path FOLDER = Path.of("src/test/resources/events");
    static final String EXPECTED = ".expected.json";

    static List<EventFixture> all() {
        return files().stream()
                .filter(file -> !file.toString().endsWith(EXPECTED))
                .map(EventFixture::of)
                .toList();
    }

    /** Every file of the folder, sorted. */
    static List<Path> files() {
        try (Stream<Path> files = Files.walk(FOLDER)) {
            return files.filter(Files::isRegularFile).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static JsonNode read(Path file) {
        try {
            return JSON.readTree(file.toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    IncomingEvent event() {
        Map<String, String> headers = new LinkedHashMap<>();
        record.get("headers")
                .properties()
                .forEach(
                        header -> headers.put(header.getKey(), header.getValue().textValue()));
        return new IncomingEvent(headers, body());
    }

    private byte[] body() {
        if (record.has("value_base64")) {
            return Base64.getDecoder().decode(record.get("value_base64").textValue());
        }
        String raw = record.get("value_raw").textValue();
        return raw == null ? null : raw.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return name;
    }

    private static EventFixture of(Path file) {
        String name = FOLDER.relativize(file).toString().replace(".json", "");
        return new EventFixture(name, read(file), FOLDER.resolve(name + EXPECTED));
    }
}
