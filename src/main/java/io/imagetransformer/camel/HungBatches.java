package io.imagetransformer.camel;

import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.spi.AsyncProcessorAwaitManager;
import org.apache.camel.spi.AsyncProcessorAwaitManager.AwaitThread;
import org.apache.camel.support.PluginHelper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.imagetransformer.delivery.Batch;

/**
 * Takes consumers back from batches in which something hangs. Every call has its time; what has none is a step of a team's
 * own, native code, a defect, and a worker that Camel's split waits for in vain (docs/decisions/0013-what-hangs.md).
 *
 * <p>The batch ends as one that failed: nothing of it is committed, and it comes again.
 */
final class HungBatches {
    private static final Logger LOGGER = LoggerFactory.getLogger(HungBatches.class);
    private static final Pattern JDK = Pattern.compile("(java|jdk|sun)\\..*");
    private static final int FRAMES = 8;

    private final CamelContext context;
    private final Duration limit;

    /** @param limit after which Kafka has given the partitions away, so that nothing is taken from one that is merely slow */
    HungBatches(CamelContext context, Duration limit) {
        this.context = context;
        this.limit = limit;
    }

    void leave() {
        AsyncProcessorAwaitManager waits = PluginHelper.getAsyncProcessorAwaitManager(context);
        Collection<AwaitThread> waiting = waits.browse();
        for (AwaitThread wait : waiting) {
            if (isConsumer(wait) && wait.getWaitDuration() > limit.toMillis()) {
                LOGGER.error(
                        "a batch hangs and is left after {} s, its images come again; waiting: {}; working: {}",
                        limit.toSeconds(),
                        steps(waiting),
                        workers());
                Batch batch = Exchanges.batch(wait.getExchange());
                batch.stop(); // a worker that wakes up begins no call
                waits.interrupt(wait.getExchange());
            }
        }
    }

    /** Not one of its lanes or images, which wait, too. */
    private static boolean isConsumer(AwaitThread wait) {
        Exchange exchange = wait.getExchange();
        return "intake".equals(exchange.getFromRouteId())
                && Exchanges.batch(exchange) != null
                && exchange.getProperty(Exchange.SPLIT_INDEX) == null;
    }

    private static String steps(Collection<AwaitThread> waiting) {
        return waiting.stream()
                .map(wait ->
                        wait.getNodeId() + " of " + wait.getRouteId() + " for " + wait.getWaitDuration() / 1_000 + " s")
                .collect(Collectors.joining(", "));
    }

    private static String workers() {
        return Thread.getAllStackTraces().entrySet().stream()
                .filter(thread -> thread.getKey().getName().endsWith("imageWorkers"))
                .map(HungBatches::told)
                .filter(told -> !told.isEmpty())
                .collect(Collectors.joining("; "));
    }

    /** Where it is, without the ways there; empty for one that waits for work, or in a step that is told already. */
    private static String told(Map.Entry<Thread, StackTraceElement[]> thread) {
        return Arrays.stream(thread.getValue())
                .takeWhile(frame -> !frame.getClassName().startsWith("org.apache.camel.impl.engine."))
                .filter(frame -> !JDK.matcher(frame.getClassName()).matches())
                .limit(FRAMES)
                .map(String::valueOf)
                .collect(Collectors.joining(" < "));
    }
}
