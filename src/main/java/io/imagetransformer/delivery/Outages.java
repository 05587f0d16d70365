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
 * begins within that time and outlasts it is told of then. Whoever has not been asked for long is not known to be away any
 * more: what waited for them waits elsewhere now, or nothing comes. Safe for use by many threads.
 */
public final class Outages {
    private static final Logger LOGGER = LoggerFactory.getLogger(Outages.class);
    private static final Duration CALM = Duration.ofSeconds(30);

    private final Map<String, Outage> open = new ConcurrentHashMap<>();
    private final Map<String, Long> lastTold = new ConcurrentHashMap<>();

    private final Duration longestWait;
    private final LongSupplier nanoTime;

    /** {@code since} is when the first call failed, {@code last} when the last one did. */
    private record Outage(long since, long last, boolean told) {}

    /** @param longestWait whoever waits for somebody calls again within this time */
    public Outages(Duration longestWait) {
        this(longestWait, System::nanoTime);
    }

    /** @param nanoTime a clock as {@link System#nanoTime()} */
    Outages(Duration longestWait, LongSupplier nanoTime) {
        this.longestWait = longestWait;
        this.nanoTime = nanoTime;
    }

    /**
     * A call to somebody failed for no fault of the data.
     *
     * @param who such as {@code S3 at http://minio:9000}
     * @param why one line for a person
     */
    public void lost(String who, String why) {
        forgetWhoIsNotAsked();
        open.compute(who, (same, known) -> {
            long now = nanoTime.getAsLong();
            long since = known == null ? now : known.since();
            boolean told = known != null && known.told();
            if (!told && isCalm(who, now)) {
                lastTold.put(who, now);
                LOGGER.atWarn().addKeyValue("who", who).log("{}: waiting, and trying again, as long as it lasts", why);
                told = true;
            }
            return new Outage(since, now, told);
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

    /** Whether {@link #back} would change anything: cheaper than to ask for each one. */
    public boolean isEmpty() {
        return open.isEmpty();
    }

    /** Who is away now. */
    public Set<String> away() {
        forgetWhoIsNotAsked();
        return Set.copyOf(open.keySet());
    }

    /** Whether somebody has been away for longer than this without a break. */
    public boolean lasts(Duration time) {
        long now = nanoTime.getAsLong();
        return open.values().stream().anyMatch(outage -> now - outage.since() > time.toNanos());
    }

    /** How many are away now. */
    public int count() {
        forgetWhoIsNotAsked();
        return open.size();
    }

    private void forgetWhoIsNotAsked() {
        long now = nanoTime.getAsLong();
        open.forEach((who, outage) -> {
            long unasked = now - outage.last();
            if (unasked > longestWait.toNanos() && open.remove(who, outage) && outage.told()) {
                LOGGER.atInfo()
                        .addKeyValue("who", who)
                        .log(
                                "{} has not been asked for {} s: nothing waits for it here any more",
                                who,
                                Duration.ofNanos(unasked).toSeconds());
            }
        });
    }
}
