package io.imagetransformer.camel;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

import org.apache.camel.Exchange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.imagetransformer.TransientFailure;
import io.imagetransformer.delivery.Batch;

/** The one owner of retries: asked by {@code errors.camel.yaml} whether a failed step runs again. */
public final class Retries {
    private static final Logger LOGGER = LoggerFactory.getLogger(Retries.class);
    private static final long CALM_NANOS = Duration.ofSeconds(30).toNanos();

    private final Duration longer;
    private final AtomicLong lastTold = new AtomicLong(System.nanoTime() - CALM_NANOS);

    /** @param longer than a batch may wait, its calls may still be begun */
    public Retries(Duration longer) {
        this.longer = longer;
    }

    /**
     * Before a call. A store that hangs would else cost each image a time-out of its own, and hold the batch far past
     * the time that the group grants.
     *
     * @throws TransientFailure where the batch's time is up
     */
    public void requireTime(Exchange exchange) {
        if (!Exchanges.batch(exchange).hasTime(longer)) {
            throw new TransientFailure("the batch has no time left");
        }
    }

    /** Whether the batch may be held still, and the failure may be repeated. */
    public boolean again(Exchange exchange) {
        Batch batch = Exchanges.batch(exchange);
        Exception failure = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Exception.class);
        int repeats = exchange.getMessage().getHeader(Exchange.REDELIVERY_COUNTER, 0, Integer.class);
        int most = TransientFailure.AS_LONG_AS_IT_LASTS;
        if (failure instanceof TransientFailure known) {
            most = known.repeats();
        } else {
            tell(failure, exchange);
        }
        return repeats <= most && batch.hasTime();
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

    /** Before the back-off: where the other side says how long to wait, that is the delay. */
    public void honourRetryAfter(Exchange exchange) {
        Exception failure = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Exception.class);
        if (failure instanceof TransientFailure known && known.retryAfterMillis() > 0) {
            exchange.getMessage().setHeader(Exchange.REDELIVERY_DELAY, known.retryAfterMillis());
        }
    }
}
