package io.imagetransformer.config;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A secret as it is given: as text, or by a file that holds it, or not at all (both empty). Whoever rotates the secret
 * writes the file anew: so it is read whenever it is needed.
 *
 * @param file a path, absolute or from the working directory
 */
public record Secret(String text, String file) {
    public static final Secret NONE = new Secret("", "");

    public boolean isGiven() {
        return !text.isEmpty() || isInFile();
    }

    public boolean isInFile() {
        return !file.isEmpty();
    }

    /**
     * The secret; of a file, without the blanks and line ends around it.
     *
     * @throws UncheckedIOException where the file cannot be read
     */
    public String value() {
        if (!isInFile()) {
            return text;
        }
        try {
            return Files.readString(Path.of(file)).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Without the secret. */
    @Override
    public String toString() {
        return isInFile() ? "from " + file : isGiven() ? "***" : "none";
    }
}
