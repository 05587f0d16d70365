package io.imagetransformer.camel;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import javax.net.ssl.KeyManagerFactory;

import inference.GrpcPredictV2.ModelInferRequest;
import io.grpc.ServerCredentials;
import io.grpc.TlsServerCredentials;
import org.apache.camel.CamelContext;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;

import io.imagetransformer.config.Settings;
import io.imagetransformer.image.ImageSettings;
import io.imagetransformer.image.Tensor;
import io.imagetransformer.predictor.GrpcV2Protocol;
import io.imagetransformer.predictor.V2Input;
import io.imagetransformer.predictor.V2Model;
import io.imagetransformer.predictor.V2Options;
import io.imagetransformer.sandbox.EmbeddedPredictor;
import io.imagetransformer.sandbox.Mnist;

import static org.assertj.core.api.Assertions.assertThat;

@ResourceLock(Resources.SYSTEM_PROPERTIES)
class GrpcChannelsTellWhoTheyAreAndTrustTest {
    private static final String PASSWORD = "changeit";

    @Test
    void withTlsOnlyACertificateThatIsTrustedWillDo(@TempDir Path folder) throws Exception {
        // Given
        Path keys = keys(folder);
        try (EmbeddedPredictor predictor = EmbeddedPredictor.start(0, "mnist")) {
            String host = predictor.startGrpc(0, credentials(keys));

            // When
            String stranger = trouble(host);
            System.setProperty("javax.net.ssl.trustStore", keys.toString());
            System.setProperty("javax.net.ssl.trustStorePassword", PASSWORD);
            String trusted = trouble(host);

            // Then
            assertThat(stranger)
                    .startsWith("the predictor at " + host + " cannot be reached by TLS: ")
                    .endsWith("(see tls.ca-file)");
            assertThat(trusted).isEqualTo("none");
        } finally {
            System.clearProperty("javax.net.ssl.trustStore");
            System.clearProperty("javax.net.ssl.trustStorePassword");
        }
    }

    @Test
    void headersOfTheMessageGoAsMetadataButForThoseThatAreGrpcsOwn() throws Exception {
        // Given
        try (EmbeddedPredictor predictor = EmbeddedPredictor.start(0, "mnist");
                CamelContext context = new DefaultCamelContext()) {
            context.getRegistry().bind("kserve", new KServeChannel(settings(predictor.startGrpc(0), false)));
            context.start();
            V2Model model = new V2Model(V2Options.none(), ImageSettings.mnist());
            model.learn(List.of(new V2Input.Told("image", "FP32", List.of(-1L, 784L))));
            ModelInferRequest request = GrpcV2Protocol.request(
                    "7", model.input(), V2Options.none(), List.of(new Tensor(28, 28, 1, Mnist.instance(0))));

            // When
            context.createProducerTemplate()
                    .requestBodyAndHeaders(
                            "kserve:infer?modelName=mnist",
                            request,
                            Map.of(
                                    "authorization", "Bearer abc",
                                    "x-request-id", "17",
                                    "grpc-timeout", "1n",
                                    "trace-bin", "AAE=",
                                    "CamelFileName", "no"));

            // Then
            var headers = predictor.read().get(0).headers();
            assertThat(headers.getFirst("authorization")).isEqualTo("Bearer abc");
            assertThat(headers.getFirst("x-request-id")).isEqualTo("17");
            assertThat(headers.keySet()).doesNotContain("Trace-bin", "Camelfilename");
        }
    }

    private static String trouble(String host) throws Exception {
        KServeChannel channel = new KServeChannel(settings(host, true));
        try {
            return channel.trouble().orElse("none");
        } finally {
            channel.doShutdown();
        }
    }

    private static Settings.Predictor settings(String host, boolean useSsl) {
        return new Settings.Predictor(
                Settings.Protocol.GRPC_V2, host, "mnist", "", useSsl, Duration.ofSeconds(20), 8, 2, V2Options.none());
    }

    private static Path keys(Path folder) throws Exception {
        Path keys = folder.resolve("keys.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "predictor",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=predictor",
                        "-ext",
                        "SAN=ip:127.0.0.1",
                        "-ext",
                        "BC=ca:true",
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        PASSWORD,
                        "-keystore",
                        keys.toString())
                .inheritIO()
                .start();
        assertThat(keytool.waitFor()).isZero();
        // What is trusted is a certificate entry: a key alone is none.
        KeyStore store = load(keys);
        store.setCertificateEntry("trusted", store.getCertificate("predictor"));
        try (var out = Files.newOutputStream(keys)) {
            store.store(out, PASSWORD.toCharArray());
        }
        return keys;
    }

    private static ServerCredentials credentials(Path keys) throws Exception {
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(load(keys), PASSWORD.toCharArray());
        return TlsServerCredentials.newBuilder()
                .keyManager(managers.getKeyManagers())
                .build();
    }

    private static KeyStore load(Path keys) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(keys)) {
            store.load(in, PASSWORD.toCharArray());
        }
        return store;
    }
}
