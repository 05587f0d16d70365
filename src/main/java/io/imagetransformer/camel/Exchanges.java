package io.imagetransformer.camel;

import org.apache.camel.Exchange;
import org.jspecify.annotations.Nullable;

import io.imagetransformer.delivery.Batch;
import io.imagetransformer.delivery.BatchGivenBack;
import io.imagetransformer.delivery.Chunk;
import io.imagetransformer.delivery.Outages;
import io.imagetransformer.delivery.SharedCalls;
import io.imagetransformer.delivery.Upload;

/** The exchange properties that carry our values while the body is somebody else's. */
final class Exchanges {
    private static final String BATCH = "batch";
    private static final String CHUNK = "chunk";
    private static final String SENT = "sent";
    private static final String UPLOAD = "upload";
    private static final String CALLER = "caller";

    private Exchanges() {}

    static void put(Exchange exchange, Batch batch) {
        exchange.setProperty(BATCH, batch);
    }

    static Batch batch(Exchange exchange) {
        return exchange.getProperty(BATCH, Batch.class);
    }

    /**
     * Before a call that may hang until its time-out: without this, many images one after the other would hang, and the
     * batch be held far longer than it may.
     *
     * @throws BatchGivenBack where the batch goes back to Kafka
     */
    static void requireNotStopped(Exchange exchange) {
        Batch batch = batch(exchange);
        if (batch.isStopped()) {
            throw new BatchGivenBack(batch.waitingFor(), null);
        }
    }

    static void put(Exchange exchange, Chunk chunk) {
        exchange.setProperty(CHUNK, chunk);
    }

    static Chunk chunk(Exchange exchange) {
        return exchange.getProperty(CHUNK, Chunk.class);
    }

    /** @param sent when the call for the chunk, or the object, in hand goes out, as {@link Outages#now()} */
    static void putSent(Exchange exchange, long sent) {
        exchange.setProperty(SENT, sent);
    }

    static long sent(Exchange exchange) {
        return exchange.getProperty(SENT, Long.class);
    }

    static void put(Exchange exchange, SharedCalls.Caller caller) {
        exchange.setProperty(CALLER, caller);
    }

    /** None where Kafka brought the batch. */
    static SharedCalls.@Nullable Caller callerOrNull(Exchange exchange) {
        return exchange.getProperty(CALLER, SharedCalls.Caller.class);
    }

    static void put(Exchange exchange, Upload upload) {
        exchange.setProperty(UPLOAD, upload);
    }

    static @Nullable Upload uploadOrNull(Exchange exchange) {
        return exchange.getProperty(UPLOAD, Upload.class);
    }

    static Upload upload(Exchange exchange) {
        Upload upload = uploadOrNull(exchange);
        if (upload == null) {
            throw new IllegalStateException("no upload in hand: this step belongs behind fetch-image or file-image");
        }
        return upload;
    }
}
