package io.imagetransformer.storage;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

import io.imagetransformer.config.Secret;
import io.imagetransformer.config.Settings;
import io.imagetransformer.delivery.Outages;

import static org.assertj.core.api.Assertions.assertThat;

/** What the store sees of a PUT's first lines; S3 servers do not tell. */
class SmallObjectsAreSentAtOnceTest {
    private static final String NONE = "none";

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
        try (S3Client client = client()) {

            // When
            put(client, "small", (64 << 10) - 1);
            put(client, "large", 64 << 10);

            // Then
            assertThat(expectations)
                    .containsEntry("/digits/small", NONE)
                    .containsEntry("/digits/large", "100-continue");
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

    private S3Client client() {
        Settings.Store settings = new Settings.Store(
                "http://127.0.0.1:" + store.getAddress().getPort(),
                "us-east-1",
                new Secret("key", ""),
                new Secret("secret", ""),
                true,
                Duration.ofSeconds(10));
        return S3Clients.create(settings, 2, new Outages());
    }
}
