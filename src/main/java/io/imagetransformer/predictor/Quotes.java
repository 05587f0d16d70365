package io.imagetransformer.predictor;

import java.nio.charset.StandardCharsets;

import io.imagetransformer.event.Printable;

/** The beginning of what somebody sent, on one line, for a person. */
final class Quotes {
    private static final int LENGTH = 120;

    private Quotes() {}

    static String quote(byte[] body) {
        return quote(new String(body, 0, Math.min(body.length, 4 * LENGTH), StandardCharsets.UTF_8));
    }

    static String quote(String text) {
        String line = text.length() > LENGTH ? text.substring(0, LENGTH) + "…" : text;
        return Printable.with(' ', line);
    }
}
