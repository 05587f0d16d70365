package io.imagetransformer.event;

/**
 * Makes text from outside fit for a line of a log, a header, an answer or a dead letter. What is not: control and format
 * characters (which could break the line, or turn its direction), separators of lines, lone surrogates.
 */
public final class Printable {
    private static final int MAX_CHARS = 300;

    private Printable() {}

    /** One line of at most some 300 characters: what is not fit becomes {@code \\uXXXX}, what is cut off ends in {@code …}. */
    public static String line(String text) {
        return escaped(text, MAX_CHARS);
    }

    /** As {@link #line}, however long. */
    public static String escaped(String text) {
        return escaped(text, Integer.MAX_VALUE);
    }

    /** One line, however long, with this character for each that is not fit. */
    public static String with(char replacement, String text) {
        StringBuilder line = new StringBuilder(text.length());
        text.codePoints().forEach(codePoint -> line.appendCodePoint(isFit(codePoint) ? codePoint : replacement));
        return line.toString();
    }

    private static String escaped(String text, int maxChars) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < text.length(); ) {
            int codePoint = text.codePointAt(i);
            i += Character.charCount(codePoint);
            if (line.length() >= maxChars) {
                return line.append('…').toString();
            }
            if (isFit(codePoint)) {
                line.appendCodePoint(codePoint);
            } else {
                line.append(String.format("\\u%04x", codePoint));
            }
        }
        return line.toString();
    }

    private static boolean isFit(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE -> false;
            default -> true;
        };
    }
}
