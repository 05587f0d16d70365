package io.imagetransformer.image;

import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * TIFF and BigTIFF, either byte order: the first directory (TIFF 6.0, section 2), its dimensions, and whether its strips or
 * tiles and every value it points to lie inside the file. Further pages are not looked at, as by the reference, so they may
 * be cut off.
 *
 * <p>Uncompressed pixels must be as many as the dimensions ask for: libtiff fills a short strip with zeros and reports
 * success.
 */
final class TiffHeader {
    private static final int WIDTH = 256;
    private static final int HEIGHT = 257;
    private static final int BITS_PER_SAMPLE = 258;
    private static final int COMPRESSION = 259;
    private static final int PHOTOMETRIC = 262;
    private static final int STRIP_OFFSETS = 273;
    private static final int SAMPLES_PER_PIXEL = 277;
    private static final int STRIP_BYTE_COUNTS = 279;
    private static final int PLANAR = 284;
    private static final int TILE_WIDTH = 322;
    private static final int TILE_HEIGHT = 323;
    private static final int TILE_OFFSETS = 324;
    private static final int TILE_BYTE_COUNTS = 325;

    private static final int UNCOMPRESSED = 1;
    /** Besides: CCITT (2, 3, 4), LZW, JPEG, Deflate (8, and 32946 of old), PackBits. */
    private static final Set<Long> COMPRESSIONS = Set.of(1L, 2L, 3L, 4L, 5L, 7L, 8L, 32773L, 32946L);

    private static final int MOST_BITS_PER_SAMPLE = 16;
    private static final int YCBCR = 6;
    /** OpenCV reads no more. */
    private static final int MAX_SAMPLES_PER_PIXEL = 4;

    /** Bytes of each field type; 0 for what is none, which libtiff ignores. */
    private static final int[] TYPE_BYTES = {0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8};

    /** Where the values of a tag stand in the file. */
    private record Field(int type, long count, long at) {}

    private final ByteReader tiff;
    private final boolean big;
    private final Map<Integer, Field> fields = new HashMap<>();

    private TiffHeader(byte[] image) {
        ByteOrder order = image[0] == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
        this.tiff = new ByteReader(image, order);
        this.big = tiff.u16(2, "the TIFF header") == 43;
    }

    static boolean matches(byte[] image) {
        return ByteReader.startsWith(image, 0, "II*\0")
                || ByteReader.startsWith(image, 0, "MM\0*")
                || ByteReader.startsWith(image, 0, "II+\0")
                || ByteReader.startsWith(image, 0, "MM\0+");
    }

    static HeaderCheck.Whole read(byte[] image, PixelLimit pixels) {
        return new TiffHeader(image).read(pixels);
    }

    private HeaderCheck.Whole read(PixelLimit pixels) {
        readDirectory();
        long width = first(WIDTH, 0);
        long height = first(HEIGHT, 0);
        pixels.check(width, height);
        long compression = first(COMPRESSION, UNCOMPRESSED);
        if (!COMPRESSIONS.contains(compression)) {
            throw Refusal.variant("a TIFF of compression " + compression);
        }
        long bits = first(BITS_PER_SAMPLE, 1);
        if (bits > MOST_BITS_PER_SAMPLE) {
            throw Refusal.variant("a TIFF of " + bits + " bits per sample");
        }
        long samples = first(SAMPLES_PER_PIXEL, 1);
        if (samples > MAX_SAMPLES_PER_PIXEL) {
            throw Refusal.variant("a TIFF of " + samples + " samples per pixel");
        }
        long decodedPixels = width * height;
        if (fields.containsKey(TILE_WIDTH) || fields.containsKey(TILE_OFFSETS)) {
            long tileWidth = first(TILE_WIDTH, 0);
            long tileHeight = first(TILE_HEIGHT, 0);
            pixels.check(tileWidth, tileHeight);
            decodedPixels = Math.max(decodedPixels, tileWidth * tileHeight);
            requirePixels(TILE_OFFSETS, TILE_BYTE_COUNTS, width, height, samples);
        } else {
            requirePixels(STRIP_OFFSETS, STRIP_BYTE_COUNTS, width, height, samples);
        }
        return new HeaderCheck.Whole(ImageFormat.TIFF, width, height, decodedPixels);
    }

    private void readDirectory() {
        long directory = big ? tiff.u64(8, "the TIFF header") : tiff.u32(4, "the TIFF header");
        long entries = big ? tiff.u64(directory, "the TIFF directory") : tiff.u16(directory, "the TIFF directory");
        int entrySize = big ? 20 : 12;
        long first = directory + (big ? 8 : 2);
        // Divided, for entries * entrySize may overflow; negative when above 2^63.
        if (entries < 0 || entries > tiff.length() / entrySize) {
            throw Refusal.truncated("the file ends before the end of the TIFF directory");
        }
        tiff.require(first, entries * entrySize, "the TIFF directory");
        for (long i = 0; i < entries; i++) {
            readEntry(first + i * entrySize);
        }
    }

    private void readEntry(long at) {
        int tag = tiff.u16(at, "a TIFF tag");
        int type = tiff.u16(at + 2, "a TIFF tag");
        long count = big ? tiff.u64(at + 4, "a TIFF tag") : tiff.u32(at + 4, "a TIFF tag");
        int size = type < TYPE_BYTES.length ? TYPE_BYTES[type] : 0;
        if (size == 0) {
            return;
        }
        if (count < 0 || count > tiff.length() / size) {
            throw Refusal.truncated("the file ends before the values of TIFF tag " + tag);
        }
        long inline = big ? at + 12 : at + 8;
        long bytes = count * size;
        long values = inline;
        if (bytes > (big ? 8 : 4)) {
            values = big ? tiff.u64(inline, "a TIFF tag") : tiff.u32(inline, "a TIFF tag");
        }
        tiff.require(values, bytes, "the values of TIFF tag " + tag);
        // Of a tag that comes twice libtiff takes the first.
        fields.putIfAbsent(tag, new Field(type, count, values));
    }

    private void requirePixels(int offsetsTag, int byteCountsTag, long width, long height, long samples) {
        long pieces = count(offsetsTag);
        if (pieces == 0) {
            throw Refusal.undecodable("a TIFF without pixels (no strips or tiles)");
        }
        if (count(byteCountsTag) != pieces) {
            throw Refusal.variant(
                    "a TIFF of " + pieces + " strips or tiles, with the lengths of " + count(byteCountsTag));
        }
        long present = 0;
        for (long i = 0; i < pieces; i++) {
            long bytes = value(byteCountsTag, i);
            tiff.require(value(offsetsTag, i), bytes, "the TIFF pixels");
            present += bytes;
        }
        boolean countable = first(COMPRESSION, UNCOMPRESSED) == UNCOMPRESSED && first(PHOTOMETRIC, 0) != YCBCR;
        if (countable && present < uncompressedBytes(width, height, samples)) {
            throw Refusal.truncated("a TIFF that holds " + present + " bytes of pixels, too few for its dimensions");
        }
    }

    private long uncompressedBytes(long width, long height, long samples) {
        boolean planes = first(PLANAR, 1) == 2;
        long rowBits = width * (planes ? 1 : samples) * first(BITS_PER_SAMPLE, 1);
        return (rowBits + 7) / 8 * height * (planes ? samples : 1);
    }

    private long count(int tag) {
        Field field = fields.get(tag);
        return field == null ? 0 : field.count();
    }

    private long first(int tag, long otherwise) {
        return count(tag) == 0 ? otherwise : value(tag, 0);
    }

    /** Read where it stands: a list of the file's own choosing costs no memory. */
    private long value(int tag, long index) {
        Field field = Objects.requireNonNull(fields.get(tag));
        int size = TYPE_BYTES[field.type()];
        long at = field.at() + index * size;
        return switch (size) {
            case 1 -> tiff.u8(at, "a TIFF value");
            case 2 -> tiff.u16(at, "a TIFF value");
            case 4 -> tiff.u32(at, "a TIFF value");
            default -> tiff.u64(at, "a TIFF value");
        };
    }
}
