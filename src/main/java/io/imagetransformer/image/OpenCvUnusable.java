package io.imagetransformer.image;

/** OpenCV's native library cannot be had here; its message is one line for a person, with what to do. */
public final class OpenCvUnusable extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    OpenCvUnusable(String message) {
        super(message);
    }

    OpenCvUnusable(String message, Throwable cause) {
        super(message, cause);
    }
}
