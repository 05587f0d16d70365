package io.imagetransformer.delivery;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

import io.imagetransformer.event.MalformedReason;
import io.imagetransformer.image.RefusedReason;

/**
 * Why a record became a dead letter: the closed list. The codes stand in dead letters, meters and results; {@code
 * docs/dead-letters.md} is this list as a table, and a test compares the two.
 */
public enum DeadLetterReason {
    TOO_LARGE(
            MalformedReason.TOO_LARGE,
            "The event is over 10 MiB, or holds a number or text without measure.",
            Next.WHO),
    TOO_MANY_RECORDS(
            MalformedReason.TOO_MANY_RECORDS,
            "The event tells of more than 10,000 objects.",
            "Let its writer split it; or hand its objects over with `reconcile`."),
    TOO_DEEP(MalformedReason.TOO_DEEP, "The event's JSON is nested deeper than 64 levels.", Next.WHO),
    BAD_ENCODING(MalformedReason.BAD_ENCODING, "The event is not in the character set that it claims.", Next.WHO),
    NOT_JSON(MalformedReason.NOT_JSON, "The event is no JSON.", Next.WHO),
    DUPLICATE_NAME(MalformedReason.DUPLICATE_NAME, "A name occurs twice in one object of the event's JSON.", Next.WHO),
    PROTOBUF(
            MalformedReason.PROTOBUF,
            "The event is in Protocol Buffers.",
            "Let the store, or what stands between, write JSON; then `reconcile`."),
    SEAWEEDFS(
            MalformedReason.SEAWEEDFS,
            "SeaweedFS writes events of its own, which are not read.",
            "Hand the objects over with `reconcile`."),
    UNSUPPORTED_STORE(
            MalformedReason.UNSUPPORTED_STORE,
            "An event of Azure Blob Storage or Google Cloud Storage, which are not read.",
            "Take this source off the topic."),
    UNKNOWN_SHAPE(MalformedReason.UNKNOWN_SHAPE, "JSON, but no event that we know.", Next.WHO),
    INVALID_CLOUD_EVENT(MalformedReason.INVALID_CLOUD_EVENT, "A CloudEvent that breaks its specification.", Next.WHO),
    MISSING_FIELD(MalformedReason.MISSING_FIELD, "The event names no event, bucket or key.", Next.WHO),
    BAD_BUCKET(MalformedReason.BAD_BUCKET, "The event's bucket is no name of a bucket.", Next.WHO),
    BAD_KEY(
            MalformedReason.BAD_KEY,
            "The event's key is empty, too long, or wrongly encoded.",
            "See decision 0002 on how each store writes keys; the object itself comes with `reconcile`."),
    BAD_FIELD(
            MalformedReason.BAD_FIELD,
            "The event's version id or ETag is none.",
            "Look at its writer; the object itself comes with `reconcile`."),

    OBJECT_MISSING(
            "object-missing",
            List.of("fetch"),
            "The object is not there.",
            "Deleted on purpose: nothing. Restored since: replay."),
    OBJECT_ARCHIVED(
            "object-archived",
            List.of("fetch"),
            "The object lies in an archive class and cannot be read.",
            "Restore it, then replay."),
    OBJECT_REFUSED(
            "object-refused",
            List.of("fetch", "file"),
            "The store refuses to read, or to take, this object: its name, its size, its metadata, or that it is encrypted"
                    + " with a key of its own.",
            "Upload it under another name, with less metadata, or without such a key."),
    TOO_MANY_BYTES(
            RefusedReason.TOO_MANY_BYTES,
            List.of("fetch", "transform"),
            "The object is over `image.max-bytes`.",
            "Raise `image.max-bytes` (and `batch.max-bytes`), restart, replay; or upload it smaller."),

    NO_BYTES(RefusedReason.NO_BYTES, "The object is empty.", Next.UPLOAD),
    NOT_AN_IMAGE(
            RefusedReason.NOT_AN_IMAGE,
            "The object is no picture.",
            "Keep other files out of the bucket, or tell of fewer prefixes and suffixes."),
    UNSUPPORTED_FORMAT(
            RefusedReason.UNSUPPORTED_FORMAT, "A picture in a format that is not read, such as GIF.", Next.CONVERT),
    UNSUPPORTED_VARIANT(
            RefusedReason.UNSUPPORTED_VARIANT,
            "A picture of a kind that is not read, such as an animation.",
            Next.CONVERT),
    NO_PIXELS(RefusedReason.NO_PIXELS, "The picture is 0 pixels wide or high.", Next.UPLOAD),
    TOO_MANY_PIXELS(
            RefusedReason.TOO_MANY_PIXELS,
            "The picture is over `image.max-pixels`.",
            "Raise `image.max-pixels`, restart, replay; or upload it smaller."),
    TOO_MANY_SCANS(RefusedReason.TOO_MANY_SCANS, "A JPEG of more scans than any encoder writes.", "Save it anew."),
    TRUNCATED_IMAGE(RefusedReason.TRUNCATED_IMAGE, "The picture's file ends too early.", Next.UPLOAD),
    UNDECODABLE_IMAGE(RefusedReason.UNDECODABLE_IMAGE, "The picture is damaged.", Next.UPLOAD),

    PREDICTOR_REFUSED(
            "predictor-refused",
            List.of("predict"),
            "The predictor refuses this image while it takes others.",
            "Its message says why: mend the model or `image.*`, then replay."),

    UNSAFE_LABEL(
            "unsafe-label",
            List.of("file"),
            "The model's label cannot be part of a key.",
            "Mend the model's labels, then replay."),
    DESTINATION_KEY_TOO_LONG(
            "destination-key-too-long",
            List.of("file"),
            "The copy's key would be over 1,024 bytes.",
            "Shorten `output.key`, restart, replay; or upload under a shorter key."),
    DESTINATION_KEY_REFUSED(
            "destination-key-refused",
            List.of("file"),
            "The output store does not take the copy's key.",
            "Change `output.key`, restart, replay; or upload under another key.");

    /** What to do next, where several reasons share it. */
    private static final class Next {
        static final String WHO = "Find out who wrote it: `explain` shows the record. Not an upload: nothing is lost.";
        static final String UPLOAD = "Upload it again, whole: its new event needs no replay.";
        static final String CONVERT = "Convert it and upload it again.";
    }

    private final String code;
    private final List<String> stages;
    private final String meaning;
    private final String next;

    DeadLetterReason(MalformedReason reason, String meaning, String next) {
        this(reason.code(), List.of("decode"), meaning, next);
    }

    DeadLetterReason(RefusedReason reason, String meaning, String next) {
        this(reason, List.of("transform"), meaning, next);
    }

    DeadLetterReason(RefusedReason reason, List<String> stages, String meaning, String next) {
        this(reason.code(), stages, meaning, next);
    }

    DeadLetterReason(String code, List<String> stages, String meaning, String next) {
        this.code = code;
        this.stages = stages;
        this.meaning = meaning;
        this.next = next;
    }

    /** Kebab-case, stable. */
    public String code() {
        return code;
    }

    /** Where it occurs: of decode, fetch, transform, predict, file; at least one. */
    public List<String> stages() {
        return stages;
    }

    /** One sentence for a person. */
    public String meaning() {
        return meaning;
    }

    /** What the person may do; commands and settings in backticks. */
    public String next() {
        return next;
    }

    /** The reason of this code; empty for one that a later version of the program may have written. */
    public static Optional<DeadLetterReason> of(String code) {
        return Arrays.stream(values())
                .filter(reason -> reason.code.equals(code))
                .findFirst();
    }
}
