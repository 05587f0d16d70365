package io.imagetransformer.camel;

import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.apache.camel.component.aws2.s3.AWS2S3Constants;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

import io.imagetransformer.PermanentFailure;
import io.imagetransformer.TransientFailure;
import io.imagetransformer.delivery.FetchedObject;
import io.imagetransformer.delivery.Outages;
import io.imagetransformer.delivery.Outcome;
import io.imagetransformer.delivery.Upload;
import io.imagetransformer.event.IgnoredReason;
import io.imagetransformer.image.ImageTransform;
import io.imagetransformer.image.RefusedReason;
import io.imagetransformer.image.TransformResult;
import io.imagetransformer.storage.GetObjectRequests;
import io.imagetransformer.storage.ObjectMissing;
import io.imagetransformer.storage.ObjectSuperseded;
import io.imagetransformer.storage.Provenance;
import io.imagetransformer.storage.S3Clients;

/**
 * The transform of KServe's sample, as a step: the object that getObject opened, a picture, becomes a tensor in [0,1].
 *
 * <p>Body: the object's stream; it is closed, and of an object over the limit, one that we filed ourselves, one that was
 * replaced since its event, or one that is larger than its event told, no byte is read.
 */
public final class ImageTransformProcessor implements Processor {
    /** What a copy keeps besides content type and user metadata. */
    private static final List<String> KEPT = List.of(
            AWS2S3Constants.CONTENT_ENCODING, AWS2S3Constants.CONTENT_DISPOSITION, AWS2S3Constants.CACHE_CONTROL);

    private final ImageTransform transform;
    private final long maxBytes;
    private final Duration timeout;
    private final boolean encrypted;
    private final String store;
    private final Outages outages;

    /**
     * @param maxBytes the size up to which an object is read
     * @param timeout until its last byte is there: the client's own bounds each read, and who sends a byte now and then
     *     meets that for days
     * @param encrypted whether the store speaks TLS: there one read waits for a whole record of up to 16 KiB
     * @param store as {@link S3Clients#name}
     * @param outages learns whether objects come whole
     */
    public ImageTransformProcessor(
            ImageTransform transform,
            long maxBytes,
            Duration timeout,
            boolean encrypted,
            String store,
            Outages outages) {
        this.transform = transform;
        this.maxBytes = maxBytes;
        this.timeout = timeout;
        this.encrypted = encrypted;
        this.store = store;
        this.outages = outages;
    }

    @Override
    public void process(Exchange exchange) {
        boolean came = true;
        try {
            transform(exchange);
        } catch (ObjectMissing gone) {
            throw gone;
        } catch (TransientFailure failure) {
            came = false;
            outages.lost(store, String.valueOf(failure.getMessage()));
            throw failure;
        } finally {
            if (came) {
                outages.back(store, Exchanges.sent(exchange));
            }
        }
    }

    private void transform(Exchange exchange) {
        Upload upload = Exchanges.upload(exchange);
        Message message = exchange.getMessage();
        ResponseInputStream<?> object = (ResponseInputStream<?>) message.getBody();
        GetObjectResponse response = (GetObjectResponse) object.response();
        message.setBody(upload);
        if (Provenance.isIn(response.metadata())) {
            object.abort();
            upload.end(new Outcome.Ignored(IgnoredReason.OWN_OUTPUT.code(), "it carries our provenance"));
            return;
        }
        try {
            GetObjectRequests.requireNewest(upload.object(), response);
        } catch (ObjectSuperseded | ObjectMissing gone) {
            object.abort();
            throw gone;
        }
        if (response.contentLength() == null) {
            object.abort();
            throw new TransientFailure(store + " does not tell how large the object is (no Content-Length)");
        }
        long size = response.contentLength();
        if (size > maxBytes) {
            object.abort();
            throw new PermanentFailure(
                    RefusedReason.TOO_MANY_BYTES.code(),
                    "the object has " + size + " bytes, image.max-bytes allows " + maxBytes);
        }
        if (size > upload.bytes()) {
            object.abort();
            upload.learnBytes(size);
            return;
        }
        byte[] bytes = read(object, (int) size);
        upload.enter("transform");
        TransformResult result = transform.transform(bytes);
        if (result instanceof TransformResult.Refused refused) {
            throw new PermanentFailure(refused.reason().code(), refused.message());
        }
        Map<String, String> headers = new HashMap<>();
        KEPT.forEach(name -> {
            String value = message.getHeader(name, String.class);
            if (value != null) {
                headers.put(name, value);
            }
        });
        upload.transformed(
                new FetchedObject(bytes, response.contentType(), headers, response.metadata()),
                ((TransformResult.Transformed) result).tensor());
    }

    private byte[] read(ResponseInputStream<?> object, int size) {
        long start = System.nanoTime();
        byte[] bytes = new byte[size];
        try (object) {
            // A small object comes at once, and costs no timer, a tenth of all that it costs.
            int read = encrypted ? 0 : Math.max(0, object.read(bytes, 0, size));
            if (read < size) {
                read += readRest(object, bytes, read, timeout.minusNanos(System.nanoTime() - start));
            }
            if (read == size) {
                return bytes;
            }
            throw new TransientFailure(store + " cut an object off after " + read + " of " + size + " bytes");
        } catch (IOException | SdkException e) {
            throw new TransientFailure(store + " broke off while an object was read: " + e.getMessage(), e);
        }
    }

    private int readRest(ResponseInputStream<?> object, byte[] bytes, int from, Duration left) throws IOException {
        CompletableFuture<Void> end = new CompletableFuture<>();
        end.orTimeout(left.toMillis(), TimeUnit.MILLISECONDS).exceptionallyAsync(late -> {
            object.abort();
            return null;
        });
        try {
            return object.readNBytes(bytes, from, bytes.length - from);
        } catch (IOException | SdkException e) {
            if (end.isCompletedExceptionally()) {
                // Of a connection that is closed under its reader, the exception does not tell why.
                throw new TransientFailure(store + " did not send a whole object within s3.timeout", e);
            }
            throw e;
        } finally {
            end.complete(null);
        }
    }
}
