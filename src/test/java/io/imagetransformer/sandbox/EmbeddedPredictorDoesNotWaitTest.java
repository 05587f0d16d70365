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
    private static final String BODY = "{\"name\":\"mnist\",\"ready\":true}";

    @Test
    void theAnswersBodyDoesNotWaitUntilItsHeadersAreAcknowledged() throws IOException {
        try (EmbeddedPredictor predictor = EmbeddedPredictor.start(0, "mnist");
                Socket socket = new Socket("127.0.0.1", port(predictor))) {
            // Given a client that acknowledges late, 40 ms on Linux, as most do after their first few packets
            assumeTrue(socket.supportedOptions().contains(ExtendedSocketOptions.TCP_QUICKACK), "only Linux has it");
            long[] millis = new long[20];

            // When
            for (int i = 0; i < millis.length; i++) {
                long start = System.nanoTime();
                socket.getOutputStream().write(REQUEST.getBytes(StandardCharsets.US_ASCII));
                socket.setOption(ExtendedSocketOptions.TCP_QUICKACK, false);
                readAnswer(socket);
                millis[i] = (System.nanoTime() - start) / 1_000_000;
            }

            // Then
            Arrays.sort(millis);
            assertThat(millis[millis.length / 4]).as("lower quartile, in ms").isLessThan(30);
        }
    }

    private static void readAnswer(Socket socket) throws IOException {
        StringBuilder answer = new StringBuilder();
        while (answer.indexOf(BODY) < 0) {
            int read = socket.getInputStream().read();
            assertThat(read).as("after %s", answer).isNotNegative();
            answer.append((char) read);
        }
    }

    private static int port(EmbeddedPredictor predictor) {
        return Integer.parseInt(predictor.hostPort().substring("127.0.0.1:".length()));
    }
}
