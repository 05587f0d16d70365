package io.imagetransformer.storage;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

import io.imagetransformer.config.Secret;
import io.imagetransformer.config.Settings;
import io.imagetransformer.delivery.Outages;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

/** What the store sees of a PUT's first lines; S3 servers do not tell. */
class SmallObjectsAreSentAtOnceTest {
    private static final String NONE = "none";
    private static final int SMALL = (64 << 10) - 1;

    private final Map<String, String> expectations = new ConcurrentHashMap<>();
    private HttpServer store;

    @BeforeEach
    void start() throws IOException {
        store = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        store.createContext("/", this::answer);
        store.start();
    }

    @AfterEach
    void stop() {
        store.stop(0);
    }

    @Test
    void andLargeOnesAskFirst() {
        // Given
        try (S3Client client = client(store.getAddress().getPort())) {

            // When
            put(client, "small", SMALL);
            put(client, "large", SMALL + 1);

            // Then
            assertThat(expectations)
                    .containsEntry("/digits/small", NONE)
                    .containsEntry("/digits/large", "100-continue");
        }
    }

    @Test
    void andTheRefusalOfAStoreThatReadsNoneOfItIsRead() throws IOException {
        // Given
        try (ServerSocket refusing = new ServerSocket(0, 0, InetAddress.getLoopbackAddress());
                S3Client client = client(refusing.getLocalPort())) {
            Thread answering = new Thread(() -> refuseUnread(refusing), "refusing store");
            answering.setDaemon(true);
            answering.start();

            // When
            Throwable refused = catchThrowable(() -> put(client, "small", SMALL));

            // Then
            assertThat(refused).hasMessageContaining("answered 403");
        }
    }

    /** Answers each request when all of it lies there, and closes without having read more than its head. */
    private static void refuseUnread(ServerSocket refusing) {
        while (!refusing.isClosed()) {
            try (Socket connection = refusing.accept()) {
                InputStream in = connection.getInputStream();
                int ofBlankLine = 0;
                for (int next = in.read(); next >= 0 && ofBlankLine < 3; next = in.read()) {
                    ofBlankLine = next == "\r\n\r".charAt(ofBlankLine) ? ofBlankLine + 1 : 0;
                }
                await("the body, in the buffers of both ends").until(() -> in.available() >= SMALL);
                connection
                        .getOutputStream()
                        .write("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                                .getBytes(US_ASCII));
            } catch (IOException | ConditionTimeoutException e) {
                // The client has gone, or the test is over, or the body is too large.
            }
        }
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String expectation = exchange.getRequestHeaders().getFirst("Expect");
            expectations.put(exchange.getRequestURI().getPath(), expectation == null ? NONE : expectation);
            exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(200, -1);
        }
    }

    private static void put(S3Client client, String key, int size) {
        client.putObject(put -> put.bucket("digits").key(key), RequestBody.fromBytes(new byte[size]));
    }

    private static S3Client client(int port) {
        Settings.Store settings = new Settings.Store(
                "http://127.0.0.1:" + port,
                "us-east-1",
                new Secret("key", ""),
                new Secret("secret", ""),
                true,
                Duration.ofSeconds(10));
        return S3Clients.create(settings, 2, new Outages(Duration.ofMinutes(10)));
    }
}
