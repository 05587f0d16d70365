package io.imagetransformer.packaged;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.imagetransformer.pipeline.Stack;
import io.imagetransformer.sandbox.EmbeddedKafka;
import io.imagetransformer.sandbox.EmbeddedKafka.Listener;
import io.imagetransformer.sandbox.KafkaTopicProbe;
import io.imagetransformer.sandbox.Mnist;
import io.imagetransformer.sandbox.PredictorBehaviour;
import io.imagetransformer.sandbox.SelfSigned;
import io.imagetransformer.sandbox.TlsDoor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The program as a careful team runs it: everything over TLS by one authority of its own, S3's keys in files, Kafka's
 * password in the environment. It meets trouble, and still tells none of these.
 */
class SecretsStayInsideIT {
    private static final String KAFKA_PASSWORD = "kafka-secret-5be1d2";
    private static final String WRONG_KEY = "wrong-secret-77aa03";
    private static final String BEARER = "bearer-secret-c0ffee";
    private static final List<String> SECRETS = List.of(Stack.SECRET, KAFKA_PASSWORD, WRONG_KEY, BEARER);
    private static final String SCRAM = "org.apache.kafka.common.security.scram.ScramLoginModule required";
    private static final String TOPIC = "uploads";

    @TempDir
    private Path folder;

    @Test
    void nothingThatItSaysHoldsASecret() throws Exception {
        SelfSigned certificate = SelfSigned.create(folder, "house");
        Listener scram = scram(certificate);
        try (EmbeddedKafka kafka = EmbeddedKafka.start(scram);
                Stack stack = Stack.start();
                TlsDoor s3 = TlsDoor.before(stack.s3.port(), certificate);
                TlsDoor predictor = TlsDoor.before(port(stack.predictor.url()), certificate)) {
            // Given
            addUser(kafka);
            kafka.createTopic(TOPIC, 1);
            Path secretKey = Files.writeString(folder.resolve("secret-key"), Stack.SECRET + "\n");
            Map<String, String> settings = stack.settings();
            settings.remove("s3.secret-key");
            settings.put("s3.secret-key-file", secretKey.toString());
            settings.put("s3.endpoint", "https://" + s3.address());
            settings.put("predictor.host", predictor.address());
            settings.put("predictor.use-ssl", "true");
            settings.put("tls.ca-file", certificate.certificate().toString());
            settings.put("kafka.brokers", kafka.bootstrapServers(scram));
            settings.put("events.topic", TOPIC);
            settings.put("camel.component.kafka.security-protocol", "SASL_SSL");
            settings.put("camel.component.kafka.sasl-mechanism", "SCRAM-SHA-512");
            settings.put("camel.component.kafka.sasl-jaas-config", jaas(KAFKA_PASSWORD));
            settings.put("management.enabled", "true");
            int managementPort = freePort();
            settings.put("management.port", String.valueOf(managementPort));
            List<String> said = new ArrayList<>();

            // When
            try (PackagedProgram program = PackagedProgram.start(settings)) {
                program.awaitReady();
                KafkaTopicProbe probe = kafka.probe();
                probe.send(
                        TOPIC,
                        "poison",
                        ("{\"authorization\":\"" + BEARER + "\"}").getBytes(StandardCharsets.UTF_8),
                        Map.of("authorization", "Bearer " + BEARER));
                announce(stack, probe, "a.png", 0);
                awaitFiled(stack, 1);
                Files.writeString(secretKey, WRONG_KEY);
                await("the rotated key is used")
                        .atMost(PackagedProgram.PATIENCE)
                        .untilAsserted(() -> {
                            announce(stack, probe, "b.png", 1);
                            assertThat(program.lines("answered 403")).isNotEmpty();
                        });
                said.add(get(managementPort, "health"));
                Files.writeString(secretKey, Stack.SECRET);
                awaitFiled(stack, 2);
                stack.predictor.behave(PredictorBehaviour.failing(503, "away"));
                announce(stack, probe, "c.png", 2);
                program.awaitLine("status 503");
                stack.predictor.behave(PredictorBehaviour.real());
                awaitFiled(stack, 3);
                said.add(get(managementPort, "health"));
                said.add(get(managementPort, "metrics"));
                probe.readAll(TOPIC + "-dead-letter")
                        .forEach(letter -> KafkaTopicProbe.headers(letter).forEach((name, value) -> {
                            // The record's own headers are kept as they came: they are the sender's, and for the
                            // replay.
                            if (name.startsWith("dead-letter-")) {
                                said.add(name + "=" + value);
                            }
                        }));
                program.terminate();
                assertThat(program.awaitExit(PackagedProgram.PATIENCE)).isZero();
                said.addAll(program.lines());
            }
            settings.put("camel.component.kafka.sasl-jaas-config", jaas(WRONG_KEY));
            try (PackagedProgram refused = PackagedProgram.start(settings)) {
                assertThat(refused.awaitExit(PackagedProgram.PATIENCE)).isEqualTo(1);
                said.addAll(refused.lines());
            }

            // Then
            assertThat(said).anyMatch(line -> line.contains("image_transformer_objects_total"));
            assertThat(said).anyMatch(line -> line.contains("refuses our credentials"));
            assertThat(said).anyMatch(line -> line.startsWith("dead-letter-reason="));
            assertThat(said).noneMatch(line -> SECRETS.stream().anyMatch(line::contains));
        }
    }

    /** Every stack of every test has the same secret key, and every test's output is in these folders. */
    @Test
    void noTestBeforeThisOneHasPrintedOne() throws IOException {
        List<Path> outputs = new ArrayList<>();
        for (String reports : List.of("target/surefire-reports", "target/failsafe-reports")) {
            try (Stream<Path> files = Files.exists(Path.of(reports)) ? Files.list(Path.of(reports)) : Stream.of()) {
                files.filter(file -> file.toString().endsWith(".txt")).forEach(outputs::add);
            }
        }

        assertThat(outputs)
                .allSatisfy(output -> assertThat(new String(Files.readAllBytes(output), StandardCharsets.ISO_8859_1))
                        .as("%s", output)
                        .doesNotContain(Stack.SECRET));
    }

    private static Listener scram(SelfSigned certificate) {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("sasl.enabled.mechanisms", "SCRAM-SHA-512");
        settings.put("scram-sha-512.sasl.jaas.config", SCRAM + ";");
        settings.put("ssl.keystore.type", "PKCS12");
        settings.put("ssl.keystore.location", certificate.keyStore().toString());
        settings.put("ssl.keystore.password", SelfSigned.PASSWORD);
        settings.put("ssl.key.password", SelfSigned.PASSWORD);
        return new Listener("SCRAM", "SASL_SSL", settings);
    }

    private static String jaas(String password) {
        return SCRAM + " username=\"transformer\" password=\"" + password + "\";";
    }

    private static void addUser(EmbeddedKafka kafka) throws Exception {
        try (Admin admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, kafka.bootstrapServers()))) {
            admin.alterUserScramCredentials(List.of(new UserScramCredentialUpsertion(
                            "transformer",
                            new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4096),
                            KAFKA_PASSWORD)))
                    .all()
                    .get();
        }
    }

    private static void announce(Stack stack, KafkaTopicProbe probe, String key, int image) {
        stack.upload(key, Mnist.png(image));
        String event = """
                {"Records":[{"eventSource":"aws:s3","eventName":"s3:ObjectCreated:Put","s3":{"bucket":{"name":"%s"},\
                "object":{"key":"%s","size":%d,"userMetadata":{"x-amz-meta-token":"%s"}}}}]}""".formatted(stack.source, key, Mnist.png(image).length, BEARER);
        probe.send(TOPIC, key, event.getBytes(StandardCharsets.UTF_8));
    }

    private static void awaitFiled(Stack stack, int count) {
        await("filed").atMost(PackagedProgram.PATIENCE).untilAsserted(() -> assertThat(stack.filed())
                .hasSize(count));
    }

    private static String get(int port, String what) throws Exception {
        URI uri = URI.create("http://127.0.0.1:" + port + "/observe/" + what);
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
                .body();
    }

    private static int port(String url) {
        return URI.create(url).getPort();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
