package io.imagetransformer.event;

/** Why a record is no event that we know. A closed list: the codes stand in dead letters and are labels of metrics. */
public enum MalformedReason {
    /** More bytes or JSON tokens than allowed, or a JSON name, number or string without measure. */
    TOO_LARGE("too-large"),
    /** More records in one event than allowed. */
    TOO_MANY_RECORDS("too-many-records"),
    /** JSON nested deeper than allowed. */
    TOO_DEEP("too-deep"),
    /** Begins as JSON does, but its bytes are not of the character set: UTF-8, unless the content type names another. */
    BAD_ENCODING("bad-encoding"),
    /** No JSON, or not one JSON value alone. */
    NOT_JSON("not-json"),
    /**
     * A name occurs twice in one JSON object. Parsers differ in which one they take (RFC 8259, section 4), so that we
     * could read another object than the one that somebody checked: the whole document is refused, wherever it is.
     */
    DUPLICATE_NAME("duplicate-name"),
    /** The content type says Protocol Buffers. */
    PROTOBUF("protobuf"),
    /** SeaweedFS publishes Protocol Buffers of its own, not S3 events. */
    SEAWEEDFS("seaweedfs"),
    /** An event of a store that is not read over S3: Azure Blob Storage, Google Cloud Storage. */
    UNSUPPORTED_STORE("unsupported-store"),
    /** JSON, but no shape of event that we know. */
    UNKNOWN_SHAPE("unknown-shape"),
    /** CloudEvents headers or content type, but the CloudEvents specification is not kept. */
    INVALID_CLOUD_EVENT("invalid-cloud-event"),
    /** An S3 event without event name, bucket or key. */
    MISSING_FIELD("missing-field"),
    /** No name of a bucket; an ARN is none either, since an S3 client would follow it elsewhere. */
    BAD_BUCKET("bad-bucket"),
    /** Empty, over the limit, wrongly encoded, with NUL, or no Unicode text. */
    BAD_KEY("bad-key"),
    /** A version id or ETag that no request could carry: without it other bytes than the announced could be read. */
    BAD_FIELD("bad-field");

    private final String code;

    MalformedReason(String code) {
        this.code = code;
    }

    /** Kebab-case, stable. */
    public String code() {
        return code;
    }
}
