package io.imagetransformer.packaged;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.imagetransformer.pipeline.Pictures;
import io.imagetransformer.pipeline.Stack;
import io.imagetransformer.sandbox.LoopbackPorts;
import io.imagetransformer.sandbox.Mnist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The packaged program against KServe's own Python model server, in all protocols. Runs where {@code -Dkserve.python=}
 * names the Python of an environment made from {@code src/test/python/kserve-requirements.txt}.
 */
@EnabledIfSystemProperty(named = "kserve.python", matches = ".+")
class RealKServeIT {
    private static final int IMAGES = 200;

    private static Process server;
    private static int httpPort;
    private static int grpcPort;

    @BeforeAll
    static void startServer() throws IOException {
        httpPort = LoopbackPorts.free();
        grpcPort = LoopbackPorts.free();
        server = new ProcessBuilder(
                        System.getProperty("kserve.python"),
                        "src/test/python/kserve_server.py",
                        "--model",
                        "src/test/resources/model/mnist.onnx",
                        "--http_port",
                        String.valueOf(httpPort),
                        "--grpc_port",
                        String.valueOf(grpcPort))
                .redirectErrorStream(true)
                .redirectOutput(Path.of("target", "real-kserve.log").toFile())
                .start();
        await("KServe's server, see target/real-kserve.log")
                .atMost(PackagedProgram.PATIENCE)
                .ignoreExceptions()
                .until(() -> {
                    HttpURLConnection ready =
                            (HttpURLConnection) URI.create("http://127.0.0.1:" + httpPort + "/v2/health/ready")
                                    .toURL()
                                    .openConnection();
                    return ready.getResponseCode() == 200;
                });
    }

    @AfterAll
    static void stopServer() {
        server.destroyForcibly();
    }

    @ParameterizedTest
    @CsvSource({
        "v1,      mnist,  false",
        "v2,      mnist,  false",
        "v2,      mnist,  true",
        "v2,      planes, false",
        "v2,      planes, true",
        "v2,      raw,    false",
        "v2,      raw,    true",
        "grpc-v2, mnist,  false",
        "grpc-v2, mnist,  true",
        "grpc-v2, planes, false",
        "grpc-v2, planes, true",
        "grpc-v2, raw,    false",
        "grpc-v2, raw,    true"
    })
    void everyImageIsFiledAndOnlyTheOneItRefusesIsNot(String protocol, String model, String binary) {
        try (Stack stack = Stack.start()) {
            // Given
            Map<String, String> settings = new HashMap<>(stack.settings());
            settings.put("predictor.protocol", protocol);
            settings.put("predictor.host", "127.0.0.1:" + (protocol.equals("grpc-v2") ? grpcPort : httpPort));
            settings.put("model.name", model);
            settings.put("predictor.binary", binary);
            IntStream.range(0, IMAGES).forEach(i -> stack.upload(i + ".png", Mnist.png(i)));
            stack.upload("one-colour.bmp", Pictures.bmp(28, 28));

            // When
            try (PackagedProgram program = PackagedProgram.start(settings)) {
                stack.awaitAllDone();
                assertThat(program.lines("ERROR")).isEmpty();
            }

            // Then
            assertThat(stack.filed())
                    .containsExactlyInAnyOrderElementsOf(IntStream.range(0, IMAGES)
                            .mapToObj(i -> Mnist.label(i) + "/" + i + ".png")
                            .toList());
            assertThat(stack.deadLetterReasons())
                    .containsExactly(Map.entry("mnist/one-colour.bmp", "predict predictor-refused"));
        }
    }
}
