package io.imagetransformer.delivery;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who is away: one log line when somebody goes, one when they are back, nothing in between. Somebody who goes and comes
 * all the time (a store that answers every third call with 503) is told of once per {@link #CALM} only; an absence that
 * begins within that time and outlasts it is told of then. Safe for use by many threads.
 */
public final class Outages {
    private static final Logger LOGGER = LoggerFactory.getLogger(Outages.class);
    private static final Duration CALM = Duration.ofSeconds(30);

    private final Map<String, Outage> open = new ConcurrentHashMap<>();
    private final Map<String, Long> lastTold = new ConcurrentHashMap<>();

    private final LongSupplier nanoTime;

    /** {@code since} is when the first call failed. */
    private record Outage(long since, boolean told) {}

    public Outages() {
        this(System::nanoTime);
    }

    /** @param nanoTime a clock as {@link System#nanoTime()} */
    Outages(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /**
     * A call to somebody failed for no fault of the data.
     *
     * @param who such as {@code S3 at http://minio:9000}
     * @param why one line for a person
     */
    public void lost(String who, String why) {
        open.compute(who, (same, known) -> {
            long now = nanoTime.getAsLong();
            Outage outage = known == null ? new Outage(now, false) : known;
            if (outage.told() || !isCalm(who, now)) {
                return outage;
            }
            lastTold.put(who, now);
            LOGGER.atWarn().addKeyValue("who", who).log("{}: waiting, and trying again, as long as it lasts", why);
            return new Outage(outage.since(), true);
        });
    }

    private boolean isCalm(String who, long now) {
        Long last = lastTold.get(who);
        return last == null || now - last > CALM.toNanos();
    }

    /** When a call is sent: {@link #back} wants to know it. */
    public long now() {
        return nanoTime.getAsLong();
    }

    /**
     * A call to somebody was answered. An answer to what was sent before they went says nothing of how they are now.
     *
     * @param sent {@link #now()} of then
     */
    public void back(String who, long sent) {
        if (open.isEmpty()) {
            return;
        }
        open.computeIfPresent(who, (same, outage) -> {
            if (sent - outage.since() < 0) {
                return outage;
            }
            if (outage.told()) {
                Duration lasted = Duration.ofNanos(nanoTime.getAsLong() - outage.since());
                LOGGER.atInfo().addKeyValue("who", who).log("{} is back after {} s", who, lasted.toSeconds());
            }
            return null;
        });
    }

    /** Who is away now. */
    public Set<String> away() {
        return Set.copyOf(open.keySet());
    }

    /** Whether somebody has been away for longer than this without a break. */
    public boolean lasts(Duration time) {
        long now = nanoTime.getAsLong();
        return open.values().stream().anyMatch(outage -> now - outage.since() > time.toNanos());
    }

    /** How many are away now. */
    public int count() {
        return open.size();
    }
}
