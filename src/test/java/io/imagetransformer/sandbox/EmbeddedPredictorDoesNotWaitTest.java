package io.imagetransformer.sandbox;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

import jdk.net.ExtendedSocketOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

@Isolated("it measures milliseconds")
class EmbeddedPredictorDoesNotWaitTest {

    private static final String REQUEST = "GET /v1/models/mnist HTTP/1.1\r\nHost: localhost\r\n\r\n";
    private static final String UNKNOWN = "unknown";
    private static final String BODY = "{\"name\":\"mnist\",\"ready\":true}";

    /** In a JVM of its own: whoever starts the first HTTP server of one decides for all. */
    @Test
    void theAnswersBodyDoesNotWaitUntilItsHeadersAreAcknowledged() throws Exception {
        // When
        Process jvm = new ProcessBuilder(
                        JdkTool.path("java"),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        EmbeddedPredictorDoesNotWaitTest.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String millis = new String(jvm.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();

        // Then
        assertThat(jvm.waitFor()).isZero();
        assumeTrue(!millis.equals(UNKNOWN), "only Linux can acknowledge late when told to");
        assertThat(Long.parseLong(millis)).as("lower quartile, in ms").isLessThan(30);
    }

    /** Prints how long an answer takes for a client that acknowledges late, 40 ms on Linux, as most do after some packets. */
    public static void main(String[] args) throws IOException {
        try (EmbeddedPredictor predictor = EmbeddedPredictor.start(0, "mnist");
                Socket socket = new Socket("127.0.0.1", port(predictor))) {
            if (!socket.supportedOptions().contains(ExtendedSocketOptions.TCP_QUICKACK)) {
                System.out.println(UNKNOWN);
                return;
            }
            long[] millis = new long[20];
            for (int i = 0; i < millis.length; i++) {
                long start = System.nanoTime();
                socket.getOutputStream().write(REQUEST.getBytes(StandardCharsets.US_ASCII));
                socket.setOption(ExtendedSocketOptions.TCP_QUICKACK, false);
                readAnswer(socket);
                millis[i] = (System.nanoTime() - start) / 1_000_000;
            }
            Arrays.sort(millis);
            System.out.println(millis[millis.length / 4]);
        }
    }

    private static void readAnswer(Socket socket) throws IOException {
        StringBuilder answer = new StringBuilder();
        while (answer.indexOf(BODY) < 0) {
            int read = socket.getInputStream().read();
            if (read < 0) {
                throw new IOException("closed after " + answer);
            }
            answer.append((char) read);
        }
    }

    private static int port(EmbeddedPredictor predictor) {
        return Integer.parseInt(predictor.hostPort().substring("127.0.0.1:".length()));
    }
}
