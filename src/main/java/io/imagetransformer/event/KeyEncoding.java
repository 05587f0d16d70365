package io.imagetransformer.event;

/** How a store writes an object's key into its events. */
public enum KeyEncoding {
    /** As it is. */
    RAW,
    /** As an HTML form would: space is {@code +}, other bytes of UTF-8 are {@code %XX}. */
    FORM
}
