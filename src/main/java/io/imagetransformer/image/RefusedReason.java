package io.imagetransformer.image;

import java.util.Locale;

/**
 * Why a picture was refused: the closed list. Each is the picture's own fault, and stays so however often it is tried. The
 * codes are for dead letters, meters and HTTP answers; they do not change.
 */
public enum RefusedReason {
    /** The object is empty, such as the marker that some tools write for a folder. */
    NO_BYTES,
    /** More bytes than {@code image.max-bytes}. */
    TOO_MANY_BYTES,
    /** The first bytes are of no picture format we know. */
    NOT_AN_IMAGE,
    /** A picture or document in a format that is recognised but not read, such as GIF; the message names it. */
    UNSUPPORTED_FORMAT,
    /** A format that is read, in a kind that is not, such as an animated WebP; the message names the kind. */
    UNSUPPORTED_VARIANT,
    /** The header tells a width or height of zero. */
    NO_PIXELS,
    /** The header tells more pixels than {@code image.max-pixels}. */
    TOO_MANY_PIXELS,
    /** A JPEG of more scans than any encoder writes: each scan walks over the whole picture. */
    TOO_MANY_SCANS,
    /** The file ends before what its own structure promises. */
    TRUNCATED_IMAGE,
    /** The structure contradicts itself, or the decoder gave up on the contents. */
    UNDECODABLE_IMAGE;

    private final String code = name().toLowerCase(Locale.ROOT).replace('_', '-');

    /** The reason in kebab-case, such as {@code truncated-image}. */
    public String code() {
        return code;
    }
}
