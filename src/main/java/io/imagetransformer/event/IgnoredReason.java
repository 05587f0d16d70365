package io.imagetransformer.event;

/** Why nothing is to be done. A closed list: the codes are labels of metrics. */
public enum IgnoredReason {
    /** No value: a Kafka tombstone, or a CloudEvent without data, which its specification allows. */
    TOMBSTONE("tombstone"),
    /** A list without a member: an empty CloudEvents batch, or empty {@code Records}. */
    EMPTY_LIST("empty-list"),
    /** {@code s3:TestEvent}, which S3 sends when notifications are set up. */
    TEST_EVENT("test-event"),
    /** An event of a store that brings no new bytes: tags, retention, legal hold, ACL, access, removal, restore … */
    NOT_AN_UPLOAD("not-an-upload"),
    /** A key that ends with {@code /}: what consoles and tools write to show an empty folder. */
    DIRECTORY_MARKER("directory-marker"),
    /** A bucket that is not on the allow-list. */
    NOT_A_SOURCE_BUCKET("not-a-source-bucket"),
    /** A bucket that we write to: taking it as a source would run in a circle. */
    OWN_OUTPUT("own-output"),
    /** A newer object took this one's place before it was read. */
    SUPERSEDED("superseded"),
    /** Ceph announces a {@code Post} when a multipart upload begins, and there is no object yet. */
    MULTIPART_NOT_COMPLETE("multipart-not-complete");

    private final String code;

    IgnoredReason(String code) {
        this.code = code;
    }

    /** Kebab-case, stable. */
    public String code() {
        return code;
    }
}
