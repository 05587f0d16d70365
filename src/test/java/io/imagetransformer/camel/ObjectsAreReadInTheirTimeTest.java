package io.imagetransformer.camel;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

import io.imagetransformer.TransientFailure;
import io.imagetransformer.delivery.Batch;
import io.imagetransformer.delivery.BatchLimits;
import io.imagetransformer.delivery.Outages;
import io.imagetransformer.delivery.SourceRecord;
import io.imagetransformer.event.Decoded;
import io.imagetransformer.event.ObjectRef;
import io.imagetransformer.image.ImageSettings;
import io.imagetransformer.image.ImageTransform;
import io.imagetransformer.image.Invert;
import io.imagetransformer.sandbox.Mnist;
import io.imagetransformer.storage.ObjectSuperseded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** What the S3 server of a test does not do: tell no size, or send no first byte over TLS. */
class ObjectsAreReadInTheirTimeTest {
    private static final int MAX_BYTES = 1 << 20;
    private static final Duration TIMEOUT = Duration.ofMillis(200);
    private static final String STORE = "S3 at http://store";

    private final Outages outages = new Outages(Duration.ofMinutes(10));

    @AutoClose
    private final DefaultCamelContext context = new DefaultCamelContext();

    @Test
    void anObjectWhoseSizeIsNotToldIsAskedForAgain() {
        // Given
        InputStream picture = new ByteArrayInputStream(Mnist.png(0));
        GetObjectResponse silentOfSize = GetObjectResponse.builder().build();

        // When // Then
        assertThatExceptionOfType(TransientFailure.class)
                .isThrownBy(() -> read(silentOfSize, AbortableInputStream.create(picture), false))
                .withMessageContaining("Content-Length");
    }

    @Test
    @Timeout(30)
    void overTlsTheFirstByteHasItsTimeToo() {
        // Given
        CountDownLatch aborted = new CountDownLatch(1);
        InputStream silent = new InputStream() {
            @Override
            public int read() throws IOException {
                try {
                    aborted.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                throw new IOException("closed");
            }
        };
        GetObjectResponse response =
                GetObjectResponse.builder().contentLength(100L).build();

        // When // Then
        assertThatExceptionOfType(TransientFailure.class)
                .isThrownBy(() -> read(response, AbortableInputStream.create(silent, aborted::countDown), true))
                .withMessageContaining("s3.timeout");
    }

    @Test
    void aStoreWhoseObjectsBreakOffIsAwayUntilOneComesWhole() {
        // Given
        byte[] picture = Mnist.png(0);
        GetObjectResponse response =
                GetObjectResponse.builder().contentLength((long) picture.length).build();
        InputStream half = new ByteArrayInputStream(picture, 0, picture.length / 2);

        // When // Then
        assertThatExceptionOfType(TransientFailure.class)
                .isThrownBy(() -> read(response, AbortableInputStream.create(half), false))
                .withMessageStartingWith(STORE);
        assertThat(outages.away()).containsExactly(STORE);

        // When
        read(response, AbortableInputStream.create(new ByteArrayInputStream(picture)), false);

        // Then
        assertThat(outages.away()).isEmpty();
    }

    @Test
    void anOldVersionIsLeftUnread() {
        // Given
        GetObjectResponse newer =
                GetObjectResponse.builder().contentLength(100L).versionId("v2").build();
        InputStream unread = new InputStream() {
            @Override
            public int read() {
                throw new AssertionError("a byte is read");
            }
        };
        CountDownLatch aborted = new CountDownLatch(1);

        // When // Then
        assertThatExceptionOfType(ObjectSuperseded.class)
                .isThrownBy(() -> read(newer, AbortableInputStream.create(unread, aborted::countDown), false));
        assertThat(aborted.getCount()).isZero();
    }

    private void read(GetObjectResponse response, AbortableInputStream body, boolean encrypted) {
        ImageTransform transform =
                new ImageTransform(new ImageSettings(28, 28, 1, Invert.ALWAYS, MAX_BYTES, 1_000_000));
        Exchange exchange = new DefaultExchange(context);
        Exchanges.put(exchange, batch().getUploads().findFirst().orElseThrow());
        Exchanges.putSent(exchange, outages.now());
        exchange.getMessage().setBody(new ResponseInputStream<>(response, body));
        new ImageTransformProcessor(transform, MAX_BYTES, TIMEOUT, encrypted, STORE, outages).process(exchange);
    }

    private static Batch batch() {
        ObjectRef object =
                new ObjectRef("mnist", "0.png", "v1", null, null, null, null, null, "minio:s3", "ObjectCreated:Put");
        return new Batch(
                List.of(new SourceRecord("events", 0, 0, null, null, Map.of())),
                record -> List.of(new Decoded.Created(object, Map.of())),
                new BatchLimits(1, 1, MAX_BYTES, 1, MAX_BYTES),
                System.nanoTime() + Duration.ofMinutes(1).toNanos());
    }
}
