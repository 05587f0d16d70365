package io.imagetransformer.event;

/**
 * Knows SeaweedFS by its bytes: {@code EventNotification} of its {@code filer.proto}, published as it is by
 * {@code weed/notification/kafka/kafka_queue.go}. Fields 1 and 2 are the old and the new entry, 3 a flag, 4 a path, 5 a
 * flag, 6 signatures. Its first byte may be that of a line feed, which JSON may begin with, too: so the whole is walked.
 */
final class SeaweedFs {
    private static final int VARINT = 0;
    private static final int LENGTH_DELIMITED = 2;

    private final byte[] bytes;
    private int position;

    private SeaweedFs(byte[] bytes) {
        this.bytes = bytes;
    }

    static boolean wrote(byte[] body) {
        return new SeaweedFs(body).isNotification();
    }

    private boolean isNotification() {
        boolean entrySeen = false;
        while (position < bytes.length) {
            long tag = varint();
            int wireType = (int) (tag & 7);
            long field = tag >>> 3;
            boolean known =
                    switch ((int) Math.min(field, 7)) {
                        case 1, 2, 4 -> wireType == LENGTH_DELIMITED;
                        case 3, 5 -> wireType == VARINT;
                        case 6 -> wireType == VARINT || wireType == LENGTH_DELIMITED;
                        default -> false;
                    };
            if (tag < 0 || !known || !skip(wireType)) {
                return false;
            }
            entrySeen |= field == 1 || field == 2;
        }
        return entrySeen;
    }

    private boolean skip(int wireType) {
        long value = varint();
        if (wireType == VARINT || value < 0) {
            return value >= 0;
        }
        if (value > bytes.length - position) {
            return false;
        }
        position += (int) value;
        return true;
    }

    /** -1 if it does not end, or is no number of 35 bits: none of the fields has larger ones. */
    private long varint() {
        long value = 0;
        for (int shift = 0; shift < 35 && position < bytes.length; shift += 7) {
            byte b = bytes[position++];
            value |= (long) (b & 0x7f) << shift;
            if (b >= 0) {
                return value;
            }
        }
        return -1;
    }
}
