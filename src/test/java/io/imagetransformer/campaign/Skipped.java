package io.imagetransformer.campaign;

/** A scenario that cannot be run here; the report says why. */
final class Skipped extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Skipped(String why) {
        super(why);
    }
}
