package io.imagetransformer.camel;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;

import org.apache.camel.Exchange;
import org.apache.kafka.common.errors.RetriableException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.imagetransformer.TransientFailure;
import io.imagetransformer.delivery.Batch;
import io.imagetransformer.delivery.Outages;
import io.imagetransformer.delivery.Upload;

/** The one owner of retries: asked by {@code errors.camel.yaml} whether a failed step runs again. */
public final class Retries {
    private static final Logger LOGGER = LoggerFactory.getLogger(Retries.class);
    private static final long CALM_NANOS = Duration.ofSeconds(30).toNanos();

    /** As {@code maximumRedeliveryDelay} of {@code errors.camel.yaml}. */
    private static final long LONGEST_DELAY_MILLIS = 5_000;

    private static final Duration LASTING = Duration.ofSeconds(10);

    private final AtomicLong lastTold = new AtomicLong(System.nanoTime() - CALM_NANOS);
    private final Duration patience;
    private final Outages outages;

    /** @param patience how long the neighbours of one image wait while its calls are repeated */
    public Retries(Duration patience, Outages outages) {
        this.patience = patience;
        this.outages = outages;
    }

    /** Whether the batch may be held still, the failure may be repeated, and the image's neighbours have to wait for it. */
    public boolean again(Exchange exchange) {
        Batch batch = Exchanges.batch(exchange);
        Exception failure = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Exception.class);
        int repeats = exchange.getMessage().getHeader(Exchange.REDELIVERY_COUNTER, 0, Integer.class);
        int most = TransientFailure.AS_LONG_AS_IT_LASTS;
        long wait = 0;
        if (failure instanceof TransientFailure known) {
            most = known.repeats();
            // Who asked over HTTP is told how long to wait, at once; a batch of Kafka's waits here, as long as it may.
            wait = Exchanges.callerOrNull(exchange) == null ? 0 : known.retryAfterMillis();
        } else if (!isTold(failure)) {
            tell(failure, exchange);
        }
        if (batch == null || repeats > most || batch.isStopped() || !batch.hasTimeFor(Duration.ofMillis(wait))) {
            return false;
        }
        Upload upload = Exchanges.uploadOrNull(exchange);
        return upload == null || upload.hasPatience(patience);
    }

    /** A producer's time is over while Kafka is away, of which {@link KafkaWatch} tells. */
    private boolean isTold(Exception failure) {
        return failure instanceof RetriableException && outages.count() > 0;
    }

    /** Nobody foresaw it, so a person must look; the upload is kept meanwhile. Told every half minute, not every time. */
    private void tell(Exception failure, Exchange exchange) {
        long now = System.nanoTime();
        long last = lastTold.get();
        if (now - last > CALM_NANOS && lastTold.compareAndSet(last, now)) {
            LOGGER.error(
                    "unexpected failure at {}, repeated as long as it lasts: {}",
                    exchange.getProperty(Exchange.FAILURE_ENDPOINT, "a step", String.class),
                    failure.getMessage(),
                    failure);
        }
    }

    /**
     * Before the back-off: where the other side says how long to wait, that is the delay, while the batch may be held. In
     * an outage that lasts, the images whose turn comes do not begin with short delays each.
     */
    public void chooseDelay(Exchange exchange) {
        Exception failure = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Exception.class);
        if (failure instanceof TransientFailure known && known.retryAfterMillis() > 0) {
            long left = Exchanges.batch(exchange).millisLeft();
            delay(exchange, Math.max(1, Math.min(known.retryAfterMillis(), left)));
        } else if (outages.lasts(LASTING)) {
            delay(exchange, ThreadLocalRandom.current().nextLong(LONGEST_DELAY_MILLIS, LONGEST_DELAY_MILLIS * 3 / 2));
        }
    }

    private static void delay(Exchange exchange, long millis) {
        exchange.getMessage().setHeader(Exchange.REDELIVERY_DELAY, millis);
    }
}
