package io.imagetransformer.camel;

import org.apache.camel.Exchange;

import io.imagetransformer.TransientFailure;
import io.imagetransformer.delivery.Batch;

/** The one owner of retries: asked by {@code errors.camel.yaml} whether a failed step runs again. */
public final class Retries {
    /** Whether the batch may be held still, and the failure may be repeated. */
    public boolean again(Exchange exchange) {
        Batch batch = Exchanges.batch(exchange);
        Exception failure = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Exception.class);
        int repeats = exchange.getMessage().getHeader(Exchange.REDELIVERY_COUNTER, 0, Integer.class);
        int most = failure instanceof TransientFailure known ? known.repeats() : TransientFailure.AS_LONG_AS_IT_LASTS;
        return repeats <= most && batch.hasTime();
    }

    /** Before the back-off: where the other side says how long to wait, that is the delay. */
    public void honourRetryAfter(Exchange exchange) {
        Exception failure = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Exception.class);
        if (failure instanceof TransientFailure known && known.retryAfterMillis() > 0) {
            exchange.getMessage().setHeader(Exchange.REDELIVERY_DELAY, known.retryAfterMillis());
        }
    }
}
