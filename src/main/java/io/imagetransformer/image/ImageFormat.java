package io.imagetransformer.image;

/** The formats that are read, told by content, never by name or content type. {@code docs/image-formats.md} has the kinds. */
public enum ImageFormat {
    PNG,
    JPEG,
    BMP,
    TIFF,
    WEBP
}
