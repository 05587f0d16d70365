package io.imagetransformer.sandbox;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.BucketVersioningStatus;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.Delete;
import software.amazon.awssdk.services.s3.model.MetadataDirective;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;

import static org.assertj.core.api.Assertions.assertThat;

/** The events that the embedded S3 server publishes are those of a real MinIO. */
class S3NotificationTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final byte[] PICTURE = new byte[322];

    private static EmbeddedKafka kafka;
    private static EmbeddedS3 s3;
    private static S3Client client;

    @BeforeAll
    static void start() {
        kafka = EmbeddedKafka.start();
        kafka.createTopic("mnist", 1);
        s3 = EmbeddedS3.inMemory()
                .notifying(kafka.bootstrapServers(), "mnist", "cap-all", "cap-versioned")
                .start();
        s3.createBuckets("cap-all", "cap-versioned", "digits");
        client = s3.client();
        client.putBucketVersioning(request -> request.bucket("cap-versioned")
                .versioningConfiguration(versioning -> versioning.status(BucketVersioningStatus.ENABLED)));
    }

    @AfterAll
    static void stop() {
        client.close();
        s3.close();
        kafka.close();
    }

    @ParameterizedTest
    @CsvSource({
        "put, 0.png",
        "put-key-space, a b/0 1.png",
        "put-key-plus, a+b/1+1.png",
        "put-key-nested, x/y/z/0.png",
        "put-key-unicode, ünï/数字/🙂-7.png",
    })
    void aPutIsAnnouncedAsMinioDoes(String capture, String key) throws IOException {
        // Given
        JsonNode captured = capture(capture);

        // When
        put("cap-all", key, PICTURE);

        // Then
        ConsumerRecord<byte[], byte[]> record = lastRecord();
        assertSameShape(event(record), captured.get("value"));
        assertThat(KafkaTopicProbe.key(record)).isEqualTo(captured.get("key").asText());
        assertThat(record.headers()).isEmpty();
        assertThat(event(record).at("/Key")).isEqualTo(captured.at("/value/Key"));
        assertThat(event(record).at("/Records/0/s3/object/key"))
                .isEqualTo(captured.at("/value/Records/0/s3/object/key"));
        assertThat(event(record).at("/Records/0/s3/object/size"))
                .isEqualTo(captured.at("/value/Records/0/s3/object/size"));
        assertThat(event(record).at("/Records/0/s3/object/eTag").asText())
                .isEqualTo(
                        client.headObject(request -> request.bucket("cap-all").key(key))
                                .eTag()
                                .replace("\"", ""));
    }

    @Test
    void aPutOfNothingHasNoSize() throws IOException {
        // Given
        JsonNode captured = capture("put-zero-byte");

        // When
        put("cap-all", "empty.png", new byte[0]);

        // Then
        assertSameShape(event(lastRecord()), captured.get("value"));
        assertThat(event(lastRecord()).at("/Records/0/s3/object/size").isMissingNode())
                .isTrue();
    }

    @Test
    void aFolderIsAPutWithoutSize() {
        // Given
        String folder = "folder/";

        // When
        put("cap-all", folder, new byte[0]);

        // Then
        JsonNode event = event(lastRecord());
        assertThat(event.at("/EventName").asText()).isEqualTo("s3:ObjectCreated:Put");
        assertThat(event.at("/Key").asText()).isEqualTo("cap-all/folder/");
        assertThat(event.at("/Records/0/s3/object/size").isMissingNode()).isTrue();
        assertThat(event.at("/Records/0/s3/object/eTag").asText()).isEqualTo("d41d8cd98f00b204e9800998ecf8427e");
    }

    @Test
    void userMetadataAndHeadersComeInClear() throws IOException {
        // Given
        JsonNode captured = capture("put-jpeg-user-metadata");

        // When
        client.putObject(
                request -> request.bucket("cap-all")
                        .key("m.jpg")
                        .contentType("image/jpeg")
                        .cacheControl("no-store")
                        .metadata(Map.of("camera", "left", "note", "\"q\"")),
                RequestBody.fromBytes(PICTURE));

        // Then
        JsonNode event = event(lastRecord());
        assertSameShape(event, captured.get("value"));
        assertThat(event.at("/Records/0/s3/object/userMetadata").toString())
                .isEqualTo("{\"X-Amz-Meta-Camera\":\"left\",\"X-Amz-Meta-Note\":\"\\\"q\\\"\","
                        + "\"cache-control\":\"no-store\",\"content-type\":\"image/jpeg\"}");
    }

    @Test
    void jsonIsEscapedAsGoEscapesIt() {
        // Given
        String key = "<&>\u2028 ü'\"~*(0).png";

        // When
        put("cap-all", key, PICTURE);

        // Then
        String value = KafkaTopicProbe.value(lastRecord());
        assertThat(value)
                .contains("\"Key\":\"cap-all/\\u003c\\u0026\\u003e\\u2028 ü'\\\"~*(0).png\"")
                .contains("\"key\":\"%3C%26%3E%E2%80%A8+%C3%BC%27%22~%2A%280%29.png\"");
        assertThat(event(lastRecord()).at("/Key").asText()).isEqualTo("cap-all/" + key);
    }

    @Test
    void aCopyIsAnnouncedForItsDestination() throws IOException {
        // Given
        put("digits", "0.png", PICTURE);

        // When
        client.copyObject(request -> request.sourceBucket("digits")
                .sourceKey("0.png")
                .destinationBucket("cap-all")
                .destinationKey("copy of 0.png"));

        // Then
        assertSameShape(event(lastRecord()), capture("copy").get("value"));
        assertThat(event(lastRecord()).at("/Key").asText()).isEqualTo("cap-all/copy of 0.png");
    }

    @Test
    void aMultipartUploadIsAnnouncedOnceWhenItIsComplete() throws IOException {
        // Given
        int eventsBefore = records().size();

        // When
        String upload = client.createMultipartUpload(
                        request -> request.bucket("cap-all").key("multi.png").contentType("image/png"))
                .uploadId();
        List<CompletedPart> parts = new ArrayList<>();
        for (int number = 1; number <= 2; number++) {
            int part = number;
            String eTag = client.uploadPart(
                            request -> request.bucket("cap-all")
                                    .key("multi.png")
                                    .uploadId(upload)
                                    .partNumber(part),
                            RequestBody.fromBytes(new byte[part == 1 ? 5 << 20 : 100]))
                    .eTag();
            parts.add(CompletedPart.builder().partNumber(part).eTag(eTag).build());
        }
        client.completeMultipartUpload(request -> request.bucket("cap-all")
                .key("multi.png")
                .uploadId(upload)
                .multipartUpload(complete -> complete.parts(parts)));

        // Then
        assertThat(records()).hasSize(eventsBefore + 1);
        JsonNode event = event(lastRecord());
        assertSameShape(event, capture("multipart").get("value"));
        assertThat(event.at("/Records/0/s3/object/size").asInt()).isEqualTo((5 << 20) + 100);
        assertThat(event.at("/Records/0/s3/object/eTag").asText()).endsWith("-2");
    }

    @Test
    void aDeleteIsAnnouncedButNotOfNothing() throws IOException {
        // Given
        put("cap-all", "a b/gone.png", PICTURE);

        // When
        client.deleteObject(request -> request.bucket("cap-all").key("a b/gone.png"));
        client.deleteObject(request -> request.bucket("cap-all").key("never there.png"));

        // Then
        assertSameShape(event(lastRecord()), capture("delete").get("value"));
        assertThat(event(lastRecord()).at("/Key").asText()).isEqualTo("cap-all/a b/gone.png");
    }

    @Test
    void aBatchDeleteIsAnnouncedObjectByObject() {
        // Given
        put("cap-all", "d1.png", PICTURE);
        put("cap-all", "d2.png", PICTURE);
        int eventsBefore = records().size();

        // When
        client.deleteObjects(request -> request.bucket("cap-all")
                .delete(Delete.builder()
                        .objects(
                                ObjectIdentifier.builder().key("d1.png").build(),
                                ObjectIdentifier.builder().key("d2.png").build())
                        .build()));

        // Then
        assertThat(records().subList(eventsBefore, eventsBefore + 2))
                .extracting(KafkaTopicProbe::key)
                .containsExactlyInAnyOrder("cap-all/d1.png", "cap-all/d2.png");
    }

    @Test
    void aBucketWithVersionsTellsThem() throws IOException {
        // Given
        String version = client.putObject(
                        request -> request.bucket("cap-versioned").key("v.png").contentType("image/png"),
                        RequestBody.fromBytes(PICTURE))
                .versionId();
        JsonNode put = event(lastRecord());

        // When
        client.deleteObject(request -> request.bucket("cap-versioned").key("v.png"));

        // Then
        assertSameShape(put, capture("versioned-put").get("value"));
        assertThat(put.at("/Records/0/s3/object/versionId").asText()).isEqualTo(version);
        assertSameShape(event(lastRecord()), capture("versioned-delete-marker").get("value"));
    }

    @Test
    void anObjectCopiedOntoItselfIsACopyWithALaterSequencer() {
        // Given
        put("cap-all", "self.png", PICTURE);
        String before = event(lastRecord()).at("/Records/0/s3/object/sequencer").asText();

        // When
        client.copyObject(request -> request.sourceBucket("cap-all")
                .sourceKey("self.png")
                .destinationBucket("cap-all")
                .destinationKey("self.png")
                .metadataDirective(MetadataDirective.REPLACE)
                .contentType("image/png"));

        // Then
        assertThat(event(lastRecord()).at("/EventName").asText()).isEqualTo("s3:ObjectCreated:Copy");
        assertThat(event(lastRecord()).at("/Records/0/s3/object/sequencer").asText())
                .hasSize(16)
                .isGreaterThan(before);
    }

    @Test
    void otherBucketsAreSilent() {
        // Given
        int eventsBefore = records().size();

        // When
        put("digits", "7/0.png", PICTURE);

        // Then
        assertThat(records()).hasSize(eventsBefore);
    }

    private static void put(String bucket, String key, byte[] bytes) {
        client.putObject(
                request -> request.bucket(bucket).key(key).contentType("image/png"), RequestBody.fromBytes(bytes));
    }

    private static List<ConsumerRecord<byte[], byte[]>> records() {
        s3.flushNotifications();
        return kafka.probe().readAll("mnist");
    }

    private static ConsumerRecord<byte[], byte[]> lastRecord() {
        List<ConsumerRecord<byte[], byte[]>> records = records();
        return records.get(records.size() - 1);
    }

    private static JsonNode event(ConsumerRecord<byte[], byte[]> record) {
        try {
            return JSON.readTree(record.value());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** A Kafka record that a real MinIO published; {@code value} is its value as JSON. */
    private static JsonNode capture(String name) throws IOException {
        try (InputStream file = S3NotificationTest.class.getResourceAsStream("/events/minio/" + name + ".json")) {
            ObjectNode record = (ObjectNode) JSON.readTree(file);
            return record.set("value", JSON.readTree(record.path("value_raw").asText()));
        }
    }

    /** Same fields in the same order, of the same types, and the same values where they do not name an occasion. */
    private static void assertSameShape(JsonNode actual, JsonNode expected) {
        assertThat(shape(actual, "")).containsExactlyElementsOf(shape(expected, ""));
        for (String same : List.of(
                "/EventName",
                "/Records/0/eventName",
                "/Records/0/eventVersion",
                "/Records/0/eventSource",
                "/Records/0/awsRegion",
                "/Records/0/s3/s3SchemaVersion",
                "/Records/0/s3/configurationId",
                "/Records/0/s3/bucket/name",
                "/Records/0/s3/bucket/arn",
                "/Records/0/s3/object/contentType")) {
            assertThat(actual.at(same)).as(same).isEqualTo(expected.at(same));
        }
        assertThat(actual.at("/Records/0/eventTime").asText())
                .matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z");
        assertThat(actual.at("/Records/0/s3/object/sequencer").asText()).matches("[0-9A-F]{16}");
    }

    private static List<String> shape(JsonNode node, String path) {
        List<String> shape = new ArrayList<>();
        shape.add(path + " " + node.getNodeType());
        for (int i = 0; node.isArray() && i < node.size(); i++) {
            shape.addAll(shape(node.get(i), path + "/" + i));
        }
        for (Iterator<String> names = node.fieldNames(); names.hasNext(); ) {
            String name = names.next();
            shape.addAll(shape(node.get(name), path + "/" + name));
        }
        return shape;
    }
}
