package io.imagetransformer.camel;

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
import io.imagetransformer.sandbox.SelfSigned;

import static org.assertj.core.api.Assertions.assertThat;

@ResourceLock(Resources.SYSTEM_PROPERTIES)
class GrpcChannelsTellWhoTheyAreAndTrustTest {
    @Test
    void withTlsOnlyACertificateThatIsTrustedWillDo(@TempDir Path folder) throws Exception {
        // Given
        SelfSigned keys = SelfSigned.create(folder, "predictor");
        try (EmbeddedPredictor predictor = EmbeddedPredictor.start(0, "mnist")) {
            String host = predictor.startGrpc(0, credentials(keys));

            // When
            String stranger = trouble(host);
            System.setProperty("javax.net.ssl.trustStore", keys.trustStore().toString());
            System.setProperty("javax.net.ssl.trustStorePassword", SelfSigned.PASSWORD);
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

    private static ServerCredentials credentials(SelfSigned keys) throws Exception {
        char[] password = SelfSigned.PASSWORD.toCharArray();
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(KeyStore.getInstance(keys.keyStore().toFile(), password), password);
        return TlsServerCredentials.newBuilder()
                .keyManager(managers.getKeyManagers())
                .build();
    }
}
