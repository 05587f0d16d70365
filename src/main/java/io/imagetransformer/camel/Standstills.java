package io.imagetransformer.camel;

import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

import org.apache.camel.CamelContext;
import org.apache.camel.support.service.ServiceSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices that the process stood still: a machine that was frozen, SIGSTOP, a long pause of the collector. Others have its
 * partitions by then, and may have filed newer objects of the same keys; what was fetched before is too old to be filed
 * (docs/decisions/0015-standstills.md).
 *
 * <p>Nobody can be told of a standstill in time: those who wake up ask before they file.
 */
public final class Standstills extends ServiceSupport {
    private static final Logger LOGGER = LoggerFactory.getLogger(Standstills.class);
    private static final Duration PERIOD = Duration.ofMillis(500);

    /** As {@code sessionTimeoutMs} of {@code intake.camel.yaml}, less the {@code heartbeatIntervalMs} before it. */
    private static final Duration LONG = Duration.ofSeconds(4);

    private final CamelContext context;
    private final LongSupplier nanoTime;
    private volatile long lastBeat;
    /** When the last standstill was over; before the first, when this was made. */
    private volatile long lastEnd;

    private ScheduledExecutorService clock;

    /** To be added to the context as a service, which starts and stops it. */
    Standstills(CamelContext context) {
        this(context, System::nanoTime);
    }

    /** @param nanoTime a clock as {@link System#nanoTime()} */
    Standstills(CamelContext context, LongSupplier nanoTime) {
        this.context = context;
        this.nanoTime = nanoTime;
        lastBeat = nanoTime.getAsLong();
        lastEnd = lastBeat;
    }

    @Override
    protected void doStart() {
        lastBeat = nanoTime.getAsLong();
        clock = context.getExecutorServiceManager().newSingleThreadScheduledExecutor(this, "standstills");
        clock.scheduleWithFixedDelay(this::beat, 0, PERIOD.toMillis(), TimeUnit.MILLISECONDS);
    }

    void beat() {
        long now = nanoTime.getAsLong();
        long silent = now - lastBeat;
        if (silent > LONG.toNanos()) {
            lastEnd = now;
            LOGGER.warn(
                    "this process stood still for {} s: what it fetched before comes again",
                    Duration.ofNanos(silent).toSeconds());
        }
        lastBeat = now;
    }

    /** @param then as {@link System#nanoTime()} */
    boolean anySince(long then) {
        // In this order: a beat in between tells of the standstill before it hides it.
        boolean still = nanoTime.getAsLong() - lastBeat > LONG.toNanos();
        return still || lastEnd - then > 0;
    }

    @Override
    protected void doStop() {
        context.getExecutorServiceManager().shutdownNow(clock);
    }
}
