package io.imagetransformer.event;

/** Makes text from outside fit for a line of a log, a header or a dead letter. */
public final class Printable {
    private static final int MAX_CHARS = 300;

    private Printable() {}

    /**
     * One line of at most some 300 characters. Control and format characters (which could break the line, or turn its
     * direction), separators of lines and lone surrogates become {@code \\uXXXX}; what is cut off ends in {@code …}.
     */
    public static String line(String text) {
        return escaped(text, MAX_CHARS);
    }

    /** As {@link #line}, however long. */
    public static String escaped(String text) {
        return escaped(text, Integer.MAX_VALUE);
    }

    private static String escaped(String text, int maxChars) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < text.length(); ) {
            int codePoint = text.codePointAt(i);
            i += Character.charCount(codePoint);
            if (line.length() >= maxChars) {
                return line.append('…').toString();
            }
            if (mustBeEscaped(codePoint)) {
                line.append(String.format("\\u%04x", codePoint));
            } else {
                line.appendCodePoint(codePoint);
            }
        }
        return line.toString();
    }

    private static boolean mustBeEscaped(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE -> true;
            default -> false;
        };
    }
}
