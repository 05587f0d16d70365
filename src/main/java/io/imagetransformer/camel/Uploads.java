package io.imagetransformer.camel;

import java.io.IOException;
import java.util.function.Function;

import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.component.aws2.s3.AWS2S3Constants;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

import io.imagetransformer.PermanentFailure;
import io.imagetransformer.delivery.Batch;
import io.imagetransformer.delivery.DeadLetterReason;
import io.imagetransformer.delivery.Outages;
import io.imagetransformer.delivery.Outcome;
import io.imagetransformer.delivery.Relabelled;
import io.imagetransformer.delivery.Upload;
import io.imagetransformer.event.IgnoredReason;
import io.imagetransformer.event.ObjectRef;
import io.imagetransformer.storage.GetObjectRequests;
import io.imagetransformer.storage.ObjectMissing;
import io.imagetransformer.storage.ObjectSuperseded;
import io.imagetransformer.storage.S3Clients;

/** What the shared routes do with uploads: ask for their objects, give them their outcomes. */
public final class Uploads {
    private final GetObjectRequests requests;
    private final Relabelled relabelled;
    private final String store;
    private final Outages outages;

    /** @param store the source's, as {@link S3Clients#name} */
    public Uploads(GetObjectRequests requests, Relabelled relabelled, String store, Outages outages) {
        this.requests = requests;
        this.relabelled = relabelled;
        this.store = store;
        this.outages = outages;
    }

    /** Body: the {@link Upload}, becomes the request for its object. */
    public void request(Exchange exchange) {
        request(exchange, requests::of);
    }

    /** Body: the {@link Upload}, becomes the request for one byte of its object: that it is answered is what counts. */
    public void requestAgain(Exchange exchange) {
        request(exchange, requests::firstByteOf);
    }

    private void request(Exchange exchange, Function<ObjectRef, GetObjectRequest> what) {
        Upload upload = exchange.getMessage().getBody(Upload.class);
        Exchanges.put(exchange, upload);
        upload.askFor();
        Exchanges.requireNotStopped(exchange);
        Exchanges.putSent(exchange, outages.now());
        exchange.getMessage().setBody(what.apply(upload.object()));
    }

    /**
     * Body: the object's stream, becomes the {@link Upload} again.
     *
     * @throws ObjectSuperseded if the object was replaced since it was fetched
     * @throws ObjectMissing if its version is gone, and an older one is the object now
     */
    public void requireNewest(Exchange exchange) {
        Upload upload = Exchanges.upload(exchange);
        Message message = exchange.getMessage();
        ResponseInputStream<?> object = (ResponseInputStream<?>) message.getBody();
        GetObjectResponse answer = (GetObjectResponse) object.response();
        leave(object, answer);
        outages.back(store, Exchanges.sent(exchange));
        message.setBody(upload);
        // All that getObject told, and not how often this was tried.
        message.removeHeaders("*", "CamelRedeliver*");
        GetObjectRequests.requireNewest(upload.object(), answer);
    }

    /** Its connection serves the next call, unless the store sends more than the one byte. */
    private static void leave(ResponseInputStream<?> object, GetObjectResponse answer) {
        if (answer.contentLength() == null || answer.contentLength() > 1) {
            object.abort();
            return;
        }
        try (object) {
            object.readAllBytes();
        } catch (IOException | SdkException e) {
            object.abort();
        }
    }

    /** The route came to its end: filed where putObject did its work, else left out on purpose. */
    public void filed(Exchange exchange) {
        Upload upload = Exchanges.upload(exchange);
        String key = exchange.getMessage().getHeader(AWS2S3Constants.PRODUCED_KEY, String.class);
        String bucket = exchange.getMessage().getHeader(AWS2S3Constants.PRODUCED_BUCKET_NAME, String.class);
        if (key == null) {
            upload.end(new Outcome.Skipped());
        } else {
            Outcome.Filed filed = new Outcome.Filed(bucket, key);
            relabelled.filed(upload.object(), filed);
            upload.end(filed);
        }
    }

    /** A {@link PermanentFailure} ended the work on one upload. */
    public void failed(Exchange exchange) {
        Upload upload = Exchanges.upload(exchange);
        PermanentFailure failure = caught(exchange, PermanentFailure.class);
        if (failure instanceof ObjectSuperseded) {
            upload.end(new Outcome.Ignored(IgnoredReason.SUPERSEDED.code(), failure.getMessage()));
        } else {
            upload.end(new Outcome.Failed(upload.stage(), failure.reason(), failure.getMessage()));
        }
    }

    /**
     * A call is not repeated any more, for now or for this batch: pending, unless it is the object's fault. What is left
     * for want of time, and not of patience, ends the batch.
     */
    public void leavePending(Exchange exchange) {
        Upload upload = Exchanges.uploadOrNull(exchange);
        Exception failure = caught(exchange, Exception.class);
        if (upload != null && failure instanceof ObjectMissing) {
            upload.end(
                    upload.object().mayNotExistYet()
                            ? new Outcome.Ignored(IgnoredReason.MULTIPART_NOT_COMPLETE.code(), failure.getMessage())
                            : new Outcome.Failed(
                                    "fetch", DeadLetterReason.OBJECT_MISSING.code(), failure.getMessage()));
        } else {
            if (upload != null) {
                upload.leave();
            }
            Batch batch = Exchanges.batch(exchange);
            batch.isTroubledBy(String.valueOf(failure.getMessage()));
            if (upload == null || !upload.comesAgain()) {
                batch.stop();
            }
        }
    }

    private static <E extends Exception> E caught(Exchange exchange, Class<E> type) {
        return exchange.getProperty(Exchange.EXCEPTION_CAUGHT, type);
    }
}
