package io.imagetransformer.pipeline;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;

import io.imagetransformer.KafkaImageTransformer;
import io.imagetransformer.sandbox.EmbeddedKafka;
import io.imagetransformer.sandbox.EmbeddedKafka.Listener;
import io.imagetransformer.sandbox.KafkaTopicProbe;
import io.imagetransformer.sandbox.Mnist;
import io.imagetransformer.sandbox.SelfSigned;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

/**
 * Camel's own settings are enough for every Kafka client that the program starts: the one that looks for topics and
 * creates one, the consumer, the producers of dead letters and of results; and for those of the commands.
 */
@ResourceLock(Resources.SYSTEM_PROPERTIES)
class KafkaIsReachedSecurelyTest {
    private static final String MODULES = "org.apache.kafka.common.security.";
    private static final String SECRET = "scram-secret-19e0";

    @TempDir
    private static Path folder;

    private static SelfSigned brokers;
    private static SelfSigned ours;
    private static Listener scram;
    private static Listener token;
    private static Listener certificate;
    private static EmbeddedKafka kafka;
    private static Stack stack;

    @BeforeAll
    static void startStack() throws Exception {
        brokers = SelfSigned.create(folder, "broker");
        ours = SelfSigned.create(folder, "ours");
        scram = new Listener(
                "SCRAM",
                "SASL_SSL",
                tls(Map.of(
                        "sasl.enabled.mechanisms",
                        "SCRAM-SHA-512",
                        "scram-sha-512.sasl.jaas.config",
                        MODULES + "scram.ScramLoginModule required;")));
        token = new Listener(
                "TOKEN",
                "SASL_SSL",
                tls(
                        Map.of(
                                "sasl.enabled.mechanisms",
                                "OAUTHBEARER",
                                "oauthbearer.sasl.jaas.config",
                                MODULES
                                        + "oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub=\"broker\";")));
        certificate = new Listener(
                "CERTIFICATE",
                "SSL",
                tls(Map.of(
                        "ssl.client.auth",
                        "required",
                        "ssl.truststore.type",
                        "PKCS12",
                        "ssl.truststore.location",
                        ours.trustStore().toString(),
                        "ssl.truststore.password",
                        SelfSigned.PASSWORD)));
        kafka = EmbeddedKafka.start(scram, token, certificate);
        try (Admin admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, kafka.bootstrapServers()))) {
            admin.alterUserScramCredentials(List.of(new UserScramCredentialUpsertion(
                            "transformer", new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4096), SECRET)))
                    .all()
                    .get();
        }
        stack = Stack.start();
        stack.upload("a.png", Mnist.png(0));
    }

    private static Map<String, String> tls(Map<String, String> more) {
        Map<String, String> settings = new LinkedHashMap<>(more);
        settings.put("ssl.keystore.type", "PKCS12");
        settings.put("ssl.keystore.location", brokers.keyStore().toString());
        settings.put("ssl.keystore.password", SelfSigned.PASSWORD);
        settings.put("ssl.key.password", SelfSigned.PASSWORD);
        return settings;
    }

    @AfterAll
    static void closeStack() {
        stack.close();
        kafka.close();
    }

    @Test
    void byNameAndPassword() {
        assertThatAllWorks(scram, byScram(SECRET));
    }

    @Test
    void byToken() {
        assertThatAllWorks(
                token,
                Map.of(
                        "tls.ca-file",
                        brokers.certificate().toString(),
                        "camel.component.kafka.security-protocol",
                        "SASL_SSL",
                        "camel.component.kafka.sasl-mechanism",
                        "OAUTHBEARER",
                        "camel.component.kafka.sasl-jaas-config",
                        MODULES + "oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub=\"us\";"));
    }

    @Test
    void byCertificate() {
        assertThatAllWorks(
                certificate,
                Map.of(
                        "camel.component.kafka.security-protocol",
                        "SSL",
                        "camel.component.kafka.ssl-truststore-type",
                        "PKCS12",
                        "camel.component.kafka.ssl-truststore-location",
                        brokers.trustStore().toString(),
                        "camel.component.kafka.ssl-truststore-password",
                        SelfSigned.PASSWORD,
                        "camel.component.kafka.ssl-keystore-type",
                        "PKCS12",
                        "camel.component.kafka.ssl-keystore-location",
                        ours.keyStore().toString(),
                        "camel.component.kafka.ssl-keystore-password",
                        SelfSigned.PASSWORD,
                        "camel.component.kafka.ssl-key-password",
                        SelfSigned.PASSWORD));
    }

    @Test
    void aWrongPasswordEndsTheStartAndIsNotRepeated() {
        // Given
        Map<String, String> settings = settings(scram, byScram("guessed-41aa"), "refused");

        // When
        Throwable thrown = catchThrowable(() -> stack.startProgram(settings).close());

        // Then
        assertThat(thrown)
                .rootCause()
                .hasMessageContaining("refuses our credentials")
                .hasMessageContaining("camel.component.kafka")
                .hasMessageNotContaining("guessed-41aa");
    }

    @Test
    void aBrokerWhoseCertificateNobodyVouchesForEndsTheStart() {
        // Given
        Map<String, String> unknownAuthority = new LinkedHashMap<>(byScram(SECRET));
        unknownAuthority.put("tls.ca-file", ours.certificate().toString());
        Map<String, String> settings = settings(scram, unknownAuthority, "unknown");

        // When
        Throwable thrown = catchThrowable(() -> stack.startProgram(settings).close());

        // Then
        assertThat(thrown).rootCause().hasMessageContaining("tls.ca-file");
    }

    private static Map<String, String> byScram(String password) {
        return Map.of(
                "tls.ca-file",
                brokers.certificate().toString(),
                "camel.component.kafka.security-protocol",
                "SASL_SSL",
                "camel.component.kafka.sasl-mechanism",
                "SCRAM-SHA-512",
                "camel.component.kafka.sasl-jaas-config",
                MODULES + "scram.ScramLoginModule required username=\"transformer\" password=\"" + password + "\";");
    }

    private static Map<String, String> settings(Listener listener, Map<String, String> security, String topic) {
        Map<String, String> settings = new LinkedHashMap<>(security);
        settings.put("kafka.brokers", kafka.bootstrapServers(listener));
        settings.put("events.topic", topic);
        settings.put("results.topic", topic + "-results");
        return settings;
    }

    private static void assertThatAllWorks(Listener listener, Map<String, String> security) {
        // Given
        String topic = listener.name();
        KafkaTopicProbe probe = kafka.probe();
        probe.createTopic(topic, 1);
        probe.createTopic(topic + "-results", 1);
        probe.send(topic, "poison", "{}".getBytes(StandardCharsets.UTF_8));
        probe.send(topic, "good", Events.upload(stack.source, "a.png", 922).getBytes(StandardCharsets.UTF_8));

        Map<String, String> settings = settings(listener, security, topic);
        Map<String, String> ofCommands = stack.settings();
        ofCommands.putAll(settings);

        // When
        try (KafkaImageTransformer program = stack.startProgram(settings)) {
            await("all events committed").atMost(Stack.PATIENCE).untilAsserted(() -> assertThat(
                            probe.lag(stack.group, topic))
                    .isZero());
        }
        Asked list = Asked.of(ofCommands, "dead-letters", "list");
        Asked replay = Asked.of(ofCommands, "dead-letters", "replay", "--all");
        Asked reconcile = Asked.of(ofCommands, "reconcile", "--bucket", stack.source, "--until", "0s");

        // Then
        assertThat(probe.readAll(topic + "-dead-letter")).hasSize(1);
        assertThat(list.out()).as(list.toString()).hasSize(2);
        assertThat(replay.exitCode()).as(replay.toString()).isZero();
        assertThat(reconcile.exitCode()).as(reconcile.toString()).isZero();
        assertThat(probe.lag(stack.group, topic)).as("the replayed record").isOne();
        assertThat(probe.readAll(topic + "-results")).isNotEmpty();
        assertThat(stack.filed()).containsExactly(Mnist.label(0) + "/a.png");
    }
}
