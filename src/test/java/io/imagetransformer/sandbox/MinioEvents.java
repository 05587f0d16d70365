package io.imagetransformer.sandbox;

import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.io.CharacterEscapes;
import com.fasterxml.jackson.core.io.SerializedString;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;

/**
 * Writes notifications as MinIO does, field by field in its order: {@code internal/event/event.go} and {@code
 * cmd/event-notification.go} of minio/minio, checked against events that a real MinIO published. What only the HTTP
 * layer knows is made up: the client's address and program, and the length of the answer.
 */
final class MinioEvents {
    private static final DateTimeFormatter MILLISECONDS =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);
    private static final String ID_2 = "470a0afc0f6fdbebb6a8e14ece29122784c0656e19563387135a7c8e02feb163";

    private static final String MD5_OF_NOTHING = "d41d8cd98f00b204e9800998ecf8427e";

    private final ObjectMapper json = jsonAsGoWritesIt();
    private final AtomicLong lastSequence = new AtomicLong();
    private final String deploymentId = UUID.randomUUID().toString();
    private final URI endpoint;
    private final String accessKey;

    MinioEvents(URI endpoint, String accessKey) {
        this.endpoint = endpoint;
        this.accessKey = accessKey;
    }

    /**
     * @param eventName with {@code s3:}, such as {@code s3:ObjectCreated:Put}
     * @param key the decoded key
     * @param stored the object as it lies in the store now
     * @return the record's value, UTF-8
     */
    byte[] created(String eventName, String bucket, String key, HeadObjectResponse stored) {
        ObjectNode object = json.createObjectNode();
        object.put("key", queryEscape(key));
        if (stored.contentLength() != 0) {
            object.put("size", stored.contentLength());
        }
        // Of a "folder/" the store keeps neither.
        object.put(
                "eTag", stored.eTag() == null ? MD5_OF_NOTHING : stored.eTag().replace("\"", ""));
        object.put("contentType", stored.contentType() == null ? "binary/octet-stream" : stored.contentType());
        ObjectNode userMetadata = object.putObject("userMetadata");
        userMetadata(stored).forEach(userMetadata::put);
        putVersion(object, stored.versionId());
        return event(eventName, bucket, key, object);
    }

    /** As above, for a removal: of the object, only its key (and version) is told. */
    byte[] removed(String eventName, String bucket, String key, @Nullable String versionId) {
        ObjectNode object = json.createObjectNode();
        object.put("key", queryEscape(key));
        putVersion(object, versionId);
        return event(eventName, bucket, key, object);
    }

    private static void putVersion(ObjectNode object, @Nullable String versionId) {
        // "null" is the version of an object from before its bucket had versions.
        if (versionId != null && !versionId.equals("null")) {
            object.put("versionId", versionId);
        }
    }

    private byte[] event(String eventName, String bucket, String key, ObjectNode object) {
        Instant now = Instant.now();
        long nanos = now.getEpochSecond() * 1_000_000_000L + now.getNano();
        String sequencer = hex(lastSequence.updateAndGet(last -> Math.max(last + 1, nanos)));
        object.put("sequencer", sequencer);

        ObjectNode event = json.createObjectNode();
        event.put("EventName", eventName);
        event.put("Key", bucket + "/" + key);
        ObjectNode record = event.putArray("Records").addObject();
        record.put("eventVersion", "2.0");
        record.put("eventSource", "minio:s3");
        record.put("awsRegion", "");
        record.put("eventTime", MILLISECONDS.format(now));
        record.put("eventName", eventName);
        record.putObject("userIdentity").put("principalId", accessKey);
        record.putObject("requestParameters")
                .put("principalId", accessKey)
                .put("region", "")
                .put("sourceIPAddress", "127.0.0.1");
        ObjectNode response = record.putObject("responseElements");
        if (!eventName.equals("s3:ObjectCreated:Put")) {
            response.put("content-length", "0");
        }
        response.put("x-amz-id-2", ID_2)
                .put("x-amz-request-id", hex(nanos))
                .put("x-minio-deployment-id", deploymentId)
                .put("x-minio-origin-endpoint", endpoint.toString());
        ObjectNode s3 = record.putObject("s3");
        s3.put("s3SchemaVersion", "1.0");
        s3.put("configurationId", "Config");
        ObjectNode bucketNode = s3.putObject("bucket");
        bucketNode.put("name", bucket);
        bucketNode.putObject("ownerIdentity").put("principalId", accessKey);
        bucketNode.put("arn", "arn:aws:s3:::" + bucket);
        s3.set("object", object);
        record.putObject("source")
                .put("host", "127.0.0.1")
                .put("port", "")
                .put("userAgent", "MinIO (linux; amd64) embedded");
        try {
            return json.writeValueAsString(event).getBytes(StandardCharsets.UTF_8);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** MinIO tells the stored headers together with the user's metadata, which keep their prefix, in Go's spelling. */
    private static Map<String, String> userMetadata(HeadObjectResponse stored) {
        Map<String, String> all = new TreeMap<>();
        stored.metadata().forEach((name, value) -> all.put(canonicalHeader("x-amz-meta-" + name), value));
        putIfPresent(all, "cache-control", stored.cacheControl());
        putIfPresent(all, "content-disposition", stored.contentDisposition());
        putIfPresent(all, "content-encoding", stored.contentEncoding());
        putIfPresent(all, "content-language", stored.contentLanguage());
        putIfPresent(all, "content-type", stored.contentType());
        return all;
    }

    private static void putIfPresent(Map<String, String> map, String name, @Nullable String value) {
        if (value != null) {
            map.put(name, value);
        }
    }

    /** Go's {@code textproto.CanonicalMIMEHeaderKey}: a capital at the start and after each hyphen. */
    private static String canonicalHeader(String name) {
        StringBuilder canonical = new StringBuilder(name.length());
        boolean capital = true;
        for (char c : name.toLowerCase(Locale.ROOT).toCharArray()) {
            canonical.append(capital ? Character.toUpperCase(c) : c);
            capital = c == '-';
        }
        return canonical.toString();
    }

    /** Go's {@code url.QueryEscape}; Java's form encoding differs in two characters. */
    static String queryEscape(String key) {
        return URLEncoder.encode(key, StandardCharsets.UTF_8)
                .replace("*", "%2A")
                .replace("%7E", "~");
    }

    private static String hex(long nanos) {
        return Long.toHexString(nanos).toUpperCase(Locale.ROOT);
    }

    private static ObjectMapper jsonAsGoWritesIt() {
        ObjectMapper mapper = JsonMapper.builder().build();
        mapper.getFactory().setCharacterEscapes(new GoEscapes());
        return mapper;
    }

    /** Go's {@code encoding/json} escapes what HTML and JavaScript would misread, and writes hex in lower case. */
    private static final class GoEscapes extends CharacterEscapes {
        private static final long serialVersionUID = 1L;

        private final int[] ascii = standardAsciiEscapesForJSON();

        GoEscapes() {
            for (char c : new char[] {'<', '>', '&'}) {
                ascii[c] = ESCAPE_CUSTOM;
            }
            for (int c = 0; c < ' '; c++) {
                if (ascii[c] == ESCAPE_STANDARD) {
                    ascii[c] = ESCAPE_CUSTOM;
                }
            }
        }

        @Override
        public int[] getEscapeCodesForAscii() {
            return ascii.clone();
        }

        @Override
        public @Nullable SerializableString getEscapeSequence(int c) {
            boolean lineSeparator = c == 0x2028 || c == 0x2029;
            return c < 0x80 || lineSeparator ? new SerializedString(String.format("\\u%04x", c)) : null;
        }
    }
}
