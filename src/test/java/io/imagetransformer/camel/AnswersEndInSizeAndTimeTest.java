package io.imagetransformer.camel;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.imagetransformer.predictor.Answer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/** No predictor fills our memory, nor keeps us reading. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class AnswersEndInSizeAndTimeTest {
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private final DefaultCamelContext context = new DefaultCamelContext();
    private final CountDownLatch hungUp = new CountDownLatch(1);
    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        context.getRegistry().bind("boundedAnswers", new BoundedAnswers(LIMIT));
        context.start();
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newCachedThreadPool());
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
        context.stop();
    }

    @Test
    void oneThatNeverEndsIsCutAndItsConnectionClosed() throws InterruptedException {
        // Given
        serve(exchange -> {
            exchange.sendResponseHeaders(200, 0);
            byte[] block = new byte[1 << 16];
            try (OutputStream body = exchange.getResponseBody()) {
                while (true) {
                    body.write(block);
                }
            } catch (IOException e) {
                hungUp.countDown();
            }
        });

        // When
        byte[] body = ask();

        // Then
        assertThat(body).hasSize(Answer.MOST_BYTES + 1);
        assertThat(hungUp.await(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void whatCountsIsItsSizeUnpacked() {
        // Given
        byte[] packed = packed(new byte[Answer.MOST_BYTES + 1_000]);
        serve(exchange -> {
            exchange.getResponseHeaders().set("Content-Encoding", "gzip");
            exchange.sendResponseHeaders(200, packed.length);
            exchange.getResponseBody().write(packed);
            exchange.close();
        });

        // When
        byte[] body = ask();

        // Then
        assertThat(packed).hasSizeLessThan(100_000);
        assertThat(body).hasSize(Answer.MOST_BYTES + 1);
    }

    @Test
    void othersAreReadToTheirEndOnOneConnection() {
        // Given
        serve(exchange -> {
            byte[] port = String.valueOf(exchange.getRemoteAddress().getPort()).getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write(port);
            exchange.close();
        });

        // When
        byte[] first = ask();
        byte[] second = ask();

        // Then
        assertThat(first).isNotEmpty().isEqualTo(second);
    }

    @Test
    void oneThatDripsIsGivenUpWhenTheTimeOfTheCallIsOver() throws InterruptedException {
        // Given
        context.getRegistry().bind("boundedAnswers", new BoundedAnswers(Duration.ofMillis(500)));
        serve(exchange -> {
            exchange.sendResponseHeaders(200, 0);
            try (OutputStream body = exchange.getResponseBody()) {
                while (!hungUp.await(50, TimeUnit.MILLISECONDS)) {
                    body.write(' ');
                    body.flush();
                }
            } catch (IOException e) {
                hungUp.countDown();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });

        // When
        Throwable thrown = catchThrowable(this::ask);

        // Then
        assertThat(thrown).hasRootCauseMessage("its whole answer did not come within 500 ms");
        assertThat(hungUp.await(30, TimeUnit.SECONDS)).isTrue();
    }

    private void serve(HttpHandler handler) {
        server.createContext("/", (HttpExchange exchange) -> {
            exchange.getRequestBody().readAllBytes();
            handler.handle(exchange);
        });
    }

    private byte[] ask() {
        String url = "http://127.0.0.1:" + server.getAddress().getPort() + "?httpClientConfigurer=#boundedAnswers";
        return context.createFluentProducerTemplate().to(url).withBody("{}").request(byte[].class);
    }

    private static byte[] packed(byte[] bytes) {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(bytes);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return packed.toByteArray();
    }
}
