package io.imagetransformer.camel;

import org.apache.camel.Exchange;
import org.apache.camel.Route;
import org.apache.camel.support.RoutePolicySupport;
import org.jspecify.annotations.Nullable;

/**
 * When an HTTP request began, was first shown to the predictor, and had its last answer: what KServe's histograms tell. All
 * as {@link System#nanoTime()}. Kafka's batches carry none.
 */
final class RequestTimes {
    private static final String PROPERTY = "requestTimes";

    private final long begun = System.nanoTime();
    private long asked;
    private long answered;

    /** From now on, for this exchange and what is split from it. */
    static void begin(Exchange exchange) {
        exchange.setProperty(PROPERTY, new RequestTimes());
    }

    static @Nullable RequestTimes orNull(Exchange exchange) {
        return exchange.getProperty(PROPERTY, RequestTimes.class);
    }

    private synchronized void asked() {
        asked = asked == 0 ? System.nanoTime() : asked;
    }

    private synchronized void answered() {
        answered = System.nanoTime();
    }

    /** Takes three durations in nanoseconds. */
    @FunctionalInterface
    interface Reader {
        void read(long preprocess, long predict, long postprocess);
    }

    /** Nothing is told of a request that never came to the predictor. */
    synchronized void end(Reader reader) {
        if (answered != 0) {
            reader.read(asked - begun, answered - asked, System.nanoTime() - answered);
        }
    }

    /** Of the route that asks the predictor: once per chunk, not per image. */
    static final class Policy extends RoutePolicySupport {
        @Override
        public void onExchangeBegin(Route route, Exchange exchange) {
            RequestTimes times = orNull(exchange);
            if (times != null) {
                times.asked();
            }
        }

        @Override
        public void onExchangeDone(Route route, Exchange exchange) {
            RequestTimes times = orNull(exchange);
            if (times != null) {
                times.answered();
            }
        }
    }
}
