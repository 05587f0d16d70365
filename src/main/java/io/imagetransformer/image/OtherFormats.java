package io.imagetransformer.image;

import java.util.HexFormat;
import java.util.List;

/**
 * Names what an object is that is none of the formats we read. Some of these OpenCV would read; they are refused on purpose,
 * see {@code docs/image-formats.md}.
 */
final class OtherFormats {

    private record Signature(int at, String letters, String name) {}

    private static final List<Signature> SIGNATURES = List.of(
            new Signature(0, "GIF87a", "GIF"),
            new Signature(0, "GIF89a", "GIF"),
            new Signature(4, "ftypavif", "AVIF"),
            new Signature(4, "ftypavis", "AVIF"),
            new Signature(4, "ftyphei", "HEIC"),
            new Signature(4, "ftyphev", "HEIC"),
            new Signature(4, "ftypmif1", "HEIF"),
            new Signature(4, "ftypmsf1", "HEIF"),
            new Signature(4, "ftyp", "MP4 or QuickTime"),
            new Signature(0, "\0\0\0\fjP  \r\n", "JPEG 2000"),
            new Signature(0, "\u00ff\u004f\u00ff\u0051", "JPEG 2000"),
            new Signature(0, "\0\0\0\fJXL \r\n", "JPEG XL"),
            new Signature(0, "\u00ff\n", "JPEG XL"),
            new Signature(0, "#?RADIANCE", "Radiance HDR"),
            new Signature(0, "#?RGBE", "Radiance HDR"),
            new Signature(0, "v/1\u0001", "OpenEXR"),
            new Signature(0, "Y\u00a6j\u0095", "Sun raster"),
            new Signature(0, "8BPS", "Photoshop"),
            new Signature(0, "\0\0\u0001\0", "ICO"),
            new Signature(0, "%PDF-", "PDF"),
            new Signature(0, "<svg", "SVG"),
            new Signature(0, "<?xml", "XML or SVG"));

    private static final int SHOWN_BYTES = 8;

    private OtherFormats() {}

    static Refusal refusal(byte[] image) {
        for (Signature signature : SIGNATURES) {
            if (ByteReader.startsWith(image, signature.at(), signature.letters())) {
                return unsupported(signature.name());
            }
        }
        if (isNetpbm(image)) {
            return unsupported("Netpbm");
        }
        String start = HexFormat.ofDelimiter(" ").formatHex(image, 0, Math.min(SHOWN_BYTES, image.length));
        return new Refusal(RefusedReason.NOT_AN_IMAGE, "begins with " + start + ", which is no picture format we know");
    }

    private static Refusal unsupported(String name) {
        return new Refusal(
                RefusedReason.UNSUPPORTED_FORMAT,
                "a file of format " + name + "; PNG, JPEG, BMP, TIFF and WebP are read");
    }

    /** P1 to P7, PF and Pf, each followed by white space. */
    private static boolean isNetpbm(byte[] image) {
        return image.length > 2
                && image[0] == 'P'
                && "1234567Ff".indexOf(image[1]) >= 0
                && " \t\r\n".indexOf(image[2]) >= 0;
    }
}
