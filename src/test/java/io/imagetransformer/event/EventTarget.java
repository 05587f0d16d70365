package io.imagetransformer.event;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import io.imagetransformer.fuzz.FuzzTarget;

/**
 * Input: {@code name: value} lines, an empty line, the body; where the empty line is missing, the record is a tombstone.
 * Names and values are read as our Kafka door reads them, as UTF-8, whatever they are.
 */
public final class EventTarget implements FuzzTarget {
    /** Small, so that a small input comes up against them. */
    private static final DecoderLimits LIMITS = new DecoderLimits(32 * 1024, 50, 64, 1024);

    private final EventDecoder decoder = new EventDecoder(LIMITS);

    @Override
    public Stream<byte[]> seeds() {
        return EventFixture.all().stream().map(EventFixture::event).map(EventTarget::written);
    }

    @Override
    public void work(byte[] input) {
        VerdictBounds.check(decoder.decode(read(input)), LIMITS, "the input");
    }

    private static IncomingEvent read(byte[] input) {
        Map<String, String> headers = new LinkedHashMap<>();
        int line = 0;
        for (int at = 0; at < input.length; at++) {
            if (input[at] == '\n') {
                if (at == line) {
                    return new IncomingEvent(headers, Arrays.copyOfRange(input, at + 1, input.length));
                }
                String[] header = new String(input, line, at - line, StandardCharsets.UTF_8).split(": ", 2);
                headers.put(header[0], header.length == 1 ? "" : header[1]);
                line = at + 1;
            }
        }
        return new IncomingEvent(headers, null);
    }

    private static byte[] written(IncomingEvent event) {
        ByteArrayOutputStream input = new ByteArrayOutputStream();
        event.headers()
                .forEach((name, value) ->
                        input.writeBytes((name + ": " + value + "\n").getBytes(StandardCharsets.UTF_8)));
        byte @Nullable [] body = event.body();
        if (body != null) {
            input.write('\n');
            input.writeBytes(body);
        }
        return input.toByteArray();
    }
}
