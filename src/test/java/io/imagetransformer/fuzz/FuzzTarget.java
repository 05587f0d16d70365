package io.imagetransformer.fuzz;

import java.util.stream.Stream;

/**
 * Something of ours that takes bytes from outside. A new one is a class beside the tests of its room, and a constant of
 * {@link FuzzTargets}.
 */
public interface FuzzTarget {

    /** Inputs to begin with: the more of them are accepted, the further a mutation of them gets. */
    Stream<byte[]> seeds();

    /**
     * Works one input and looks whether the outcome keeps what its types promise. One input, one outcome: no state, no
     * clock, no chance.
     *
     * @throws AssertionError where it does not
     */
    void work(byte[] input);

    /** Whether a text can stand in a log line or a record header: nothing in it ends the line or turns its direction. */
    static boolean isOneLine(String text) {
        return text.codePoints().noneMatch(codePoint -> switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE -> true;
            default -> false;
        });
    }
}
