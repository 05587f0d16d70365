package io.imagetransformer.sandbox;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.ConnectException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Each way in which the proxy spoils a connection, seen from a client. */
@Isolated("it measures milliseconds")
class FaultProxyTest {
    private ByteServer server;
    private FaultProxy proxy;

    @BeforeEach
    void start() throws IOException {
        server = new ByteServer();
        proxy = FaultProxy.before("127.0.0.1", server.port());
    }

    @AfterEach
    void stop() throws IOException {
        proxy.close();
        server.close();
    }

    @Test
    void aHealthyProxyPassesEverything() throws IOException {
        // Given
        try (Socket client = connect()) {

            // When
            int first = ask(client, 1);
            int second = ask(client, 5_000_000);

            // Then
            assertThat(first).isEqualTo(1);
            assertThat(second).isEqualTo(5_000_000);
        }
    }

    @Test
    void latencyHoldsAnswersBackUntilHealed() throws IOException {
        // Given
        try (Socket client = connect()) {
            Duration latency = Duration.ofSeconds(1);
            proxy.latency(latency);

            // When
            Duration slow = timeOf(() -> ask(client, 10));
            proxy.heal();
            Duration quick = timeOf(() -> ask(client, 10));

            // Then
            assertThat(slow).isGreaterThanOrEqualTo(latency);
            assertThat(quick).isLessThan(latency);
        }
    }

    @Test
    void bandwidthSlowsAnswersDown() throws IOException {
        // Given
        try (Socket client = connect()) {
            proxy.bandwidth(100_000);

            // When
            Duration taken = timeOf(() -> ask(client, 50_000));

            // Then
            assertThat(taken).isBetween(Duration.ofMillis(400), Duration.ofSeconds(3));
        }
    }

    @Test
    void refusalClosesThePortAndOpenConnectionsUntilHealed() throws IOException {
        // Given
        try (Socket open = connect()) {
            ask(open, 1);

            // When
            proxy.refuse();

            // Then
            assertThatExceptionOfType(ConnectException.class)
                    .isThrownBy(() -> connect().close());
            assertThatExceptionOfType(SocketException.class).isThrownBy(() -> ask(open, 1));
        }
        proxy.heal();
        try (Socket client = connect()) {
            assertThat(ask(client, 3)).isEqualTo(3);
        }
    }

    @Test
    void resetPeerAcceptsAndThenResets() throws IOException {
        // Given
        proxy.resetPeer();

        // When
        try (Socket client = connect()) {

            // Then
            assertThatExceptionOfType(SocketException.class).isThrownBy(() -> ask(client, 1));
        }
        assertThat(proxy.connectionCount()).isEqualTo(1);
        assertThat(server.requests()).isZero();
    }

    @Test
    void aCutLetsExactlySoManyBytesThrough() throws IOException {
        // Given
        proxy.cutAfter(1_000);
        try (Socket client = connect()) {
            request(client, 100_000);
            InputStream answer = client.getInputStream();

            // When
            byte[] arrived = answer.readNBytes(1_000);

            // Then
            assertThat(arrived).hasSize(1_000);
            assertThatExceptionOfType(SocketException.class).isThrownBy(answer::read);
        }
    }

    @Test
    void aTimeoutHoldsEverythingBackUntilHealed() throws IOException {
        // Given
        try (Socket client = connect()) {
            proxy.timeout();
            client.setSoTimeout(300);
            request(client, 7);

            // When
            assertThatExceptionOfType(SocketTimeoutException.class)
                    .isThrownBy(() -> client.getInputStream().read());
            int requestsMeanwhile = server.requests();
            proxy.heal();

            // Then
            client.setSoTimeout(10_000);
            assertThat(client.getInputStream().readNBytes(7)).hasSize(7);
            assertThat(requestsMeanwhile).isZero();
        }
    }

    @Test
    void aLostAnswerIsOfARequestThatArrived() throws IOException {
        // Given
        proxy.loseAnswers(1);

        // When
        try (Socket client = connect()) {
            assertThatExceptionOfType(SocketException.class).isThrownBy(() -> ask(client, 10));
        }

        // Then
        assertThat(server.requests()).isEqualTo(1);
        try (Socket client = connect()) {
            assertThat(ask(client, 10)).isEqualTo(10);
        }
        assertThat(server.requests()).isEqualTo(2);
    }

    @Test
    void anUploadWhoseAnswerIsLostLiesInTheBucket() {
        // Given
        try (EmbeddedS3 s3 = EmbeddedS3.inMemory().start();
                FaultProxy before = FaultProxy.before("127.0.0.1", s3.port());
                S3Client spoilt = EmbeddedS3.impatientClient(
                        URI.create("http://" + before.address()), s3.accessKey(), s3.secretKey());
                S3Client direct = s3.client()) {
            s3.createBuckets("mnist");
            before.loseAnswers(1);
            // Large enough for the client to wait for "100 Continue" first.
            byte[] large = new byte[3 << 20];

            // When
            assertThatExceptionOfType(SdkClientException.class)
                    .isThrownBy(() -> spoilt.putObject(
                            request -> request.bucket("mnist").key("k"), RequestBody.fromBytes(large)));

            // Then
            assertThat(direct.headObject(request -> request.bucket("mnist").key("k"))
                            .contentLength())
                    .isEqualTo(large.length);
        }
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket("127.0.0.1", proxy.port());
        socket.setSoTimeout(10_000);
        return socket;
    }

    private static void request(Socket client, int bytes) throws IOException {
        client.getOutputStream().write((bytes + "\n").getBytes(StandardCharsets.US_ASCII));
    }

    /** Asks the server for that many bytes; returns how many came before the end. */
    private static int ask(Socket client, int bytes) throws IOException {
        request(client, bytes);
        return client.getInputStream().readNBytes(bytes).length;
    }

    private interface Action {
        void run() throws IOException;
    }

    /** In milliseconds. */
    private static Duration timeOf(Action action) throws IOException {
        long start = System.nanoTime();
        action.run();
        return Duration.ofNanos(System.nanoTime() - start);
    }

    /** Reads lines that hold a number, and answers each with that many bytes. */
    private static final class ByteServer implements AutoCloseable {
        private final ServerSocket listener = new ServerSocket(0, 50, LoopbackPorts.loopback());
        private final AtomicInteger requests = new AtomicInteger();

        ByteServer() throws IOException {
            daemon(() -> {
                while (true) {
                    Socket client = listener.accept();
                    daemon(() -> serve(client));
                }
            });
        }

        int port() {
            return listener.getLocalPort();
        }

        int requests() {
            return requests.get();
        }

        private void serve(Socket client) throws IOException {
            try (client;
                    BufferedReader lines = new BufferedReader(
                            new InputStreamReader(client.getInputStream(), StandardCharsets.US_ASCII))) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    requests.incrementAndGet();
                    client.getOutputStream().write(new byte[Integer.parseInt(line)]);
                }
            }
        }

        private static void daemon(Action action) {
            Thread thread = new Thread(() -> {
                try {
                    action.run();
                } catch (IOException e) {
                    // The test has closed its end.
                }
            });
            thread.setDaemon(true);
            thread.start();
        }

        @Override
        public void close() throws IOException {
            listener.close();
        }
    }
}
