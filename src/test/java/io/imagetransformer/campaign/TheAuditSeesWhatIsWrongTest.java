package io.imagetransformer.campaign;

import java.nio.charset.StandardCharsets;
import java.util.Map;

import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

import io.imagetransformer.packaged.PackagedProgram;
import io.imagetransformer.sandbox.EmbeddedKafka;
import io.imagetransformer.sandbox.Mnist;

import static org.assertj.core.api.Assertions.assertThat;

/** An audit that finds nothing has to be one that could. No program runs here: the outcomes are put there by hand. */
class TheAuditSeesWhatIsWrongTest {
    private static final int IMAGE = 3;
    private static final String LABEL = Mnist.label(IMAGE) + "/";

    private static EmbeddedKafka broker;
    private Trial trial;

    @BeforeAll
    static void startBroker() {
        broker = EmbeddedKafka.start();
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    @BeforeEach
    void start() {
        trial = new Trial(
                broker, new Scenario("by-hand", "", Defence.NONE, any -> {}), 1, PackagedProgram.DISTRIBUTION);
        trial.uploads.good("a.png", IMAGE);
        trial.stack.s3.flushNotifications();
    }

    @AfterEach
    void stop() {
        trial.close();
    }

    private void file(String copy, byte[] bytes) {
        file(copy, bytes, Audit.eTag(bytes));
    }

    private void file(String copy, byte[] bytes, String sourceETag) {
        try (S3Client client = trial.stack.s3.client()) {
            client.putObject(
                    put -> put.bucket(trial.stack.output)
                            .key(copy)
                            .metadata(Map.of("image-transformer-source-etag", sourceETag)),
                    RequestBody.fromBytes(bytes));
        }
    }

    private void letter(String key, String reason) {
        if (!trial.stack.probe().topicExists(trial.stack.deadLetterTopic())) {
            trial.stack.probe().createTopic(trial.stack.deadLetterTopic(), 1);
        }
        trial.stack
                .probe()
                .send(
                        trial.stack.deadLetterTopic(),
                        trial.stack.source + "/" + key,
                        "{}".getBytes(StandardCharsets.UTF_8),
                        Map.of("dead-letter-reason", reason));
    }

    private void commit(long offset) {
        try (KafkaConsumer<byte[], byte[]> member = new KafkaConsumer<>(
                Map.of("bootstrap.servers", broker.bootstrapServers(), "group.id", trial.stack.group),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            member.commitSync(Map.of(new TopicPartition(trial.stack.topic, 0), new OffsetAndMetadata(offset)));
        }
        trial.watch.look();
    }

    private String problems() {
        return String.join("; ", Audit.of(trial).problems());
    }

    @Test
    void allAsPromisedIsNoProblem() {
        trial.uploads.bad("b.png", new byte[0], "no-bytes");
        file(LABEL + "a.png", Mnist.png(IMAGE));
        letter("b.png", "no-bytes");
        trial.stack.s3.flushNotifications();
        commit(2);
        assertThat(problems()).isEmpty();
    }

    @Test
    void anUploadWithoutOutcome() {
        assertThat(problems()).isEqualTo("a.png: filed under [], should be one of [" + Mnist.label(IMAGE) + "]");
    }

    @Test
    void aWrongLabelAndASecondCopy() {
        file("x/a.png", Mnist.png(IMAGE));
        assertThat(problems()).contains("a.png: filed under [x]");
        file(LABEL + "a.png", Mnist.png(IMAGE));
        assertThat(problems()).contains("a.png: filed under [" + Mnist.label(IMAGE) + ", x]");
    }

    @Test
    void otherBytes() {
        file(LABEL + "a.png", Mnist.png(IMAGE + 1));
        assertThat(problems()).isEqualTo("a.png: its copy has other bytes");
    }

    @Test
    void theProvenanceOfAnotherObject() {
        file(LABEL + "a.png", Mnist.png(IMAGE), Audit.eTag(Mnist.png(IMAGE + 1)));
        assertThat(problems()).isEqualTo("a.png: its copy tells of another object");
    }

    @Test
    void aDeadLetterForNoFaultOfTheData() {
        file(LABEL + "a.png", Mnist.png(IMAGE));
        letter("a.png", "undecodable-image");
        assertThat(problems()).isEqualTo("a.png: dead letters [undecodable-image], should be []");
    }

    @Test
    void copiesAndLettersOfWhatNobodyUploaded() {
        file(LABEL + "a.png", Mnist.png(IMAGE));
        file(LABEL + "b.png", Mnist.png(IMAGE));
        letter("c.png", "not-json");
        assertThat(problems())
                .contains("b.png: filed, but never uploaded")
                .contains("c.png: dead letter of what was never uploaded");
    }

    @Test
    void aCommitBeforeTheOutcome() {
        commit(1);
        file(LABEL + "a.png", Mnist.png(IMAGE));
        assertThat(problems()).contains("offset 1 of partition 0 was committed before record 0 (a.png)");
    }
}
