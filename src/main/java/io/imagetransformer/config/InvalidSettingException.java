package io.imagetransformer.config;

import io.imagetransformer.event.Printable;

/** A setting that the program cannot start with; the message is one line: the key, the value found, and the fix. */
public class InvalidSettingException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    /** @param message for a person: names key, value (secrets left out) and fix; made one line where a value has several */
    public InvalidSettingException(String message) {
        super(Printable.with('?', message));
    }
}
