package io.imagetransformer.delivery;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who is away: one log line when somebody goes, one when they are back, nothing in between. Somebody who goes and comes
 * all the time (a store that answers every third call with 503) is told of once per {@link #CALM} only.
 */
public final class Outages {
    private static final Logger LOGGER = LoggerFactory.getLogger(Outages.class);
    private static final Duration CALM = Duration.ofSeconds(30);

    private final Map<String, Outage> open = new ConcurrentHashMap<>();
    private final Map<String, Long> lastTold = new ConcurrentHashMap<>();

    private record Outage(long since, boolean told) {}

    /**
     * A call to somebody failed for no fault of the data.
     *
     * @param who such as {@code S3 at http://minio:9000}
     * @param why one line for a person
     */
    public void lost(String who, String why) {
        open.computeIfAbsent(who, absent -> {
            long now = System.nanoTime();
            Long last = lastTold.get(who);
            boolean told = last == null || now - last > CALM.toNanos();
            if (told) {
                lastTold.put(who, now);
                LOGGER.atWarn().addKeyValue("who", who).log("{}: waiting, and trying again, as long as it lasts", why);
            }
            return new Outage(now, told);
        });
    }

    /** A call to somebody was answered. */
    public void back(String who) {
        if (open.isEmpty()) {
            return;
        }
        Outage outage = open.remove(who);
        if (outage != null && outage.told()) {
            Duration lasted = Duration.ofNanos(System.nanoTime() - outage.since());
            LOGGER.atInfo().addKeyValue("who", who).log("{} is back after {} s", who, lasted.toSeconds());
        }
    }

    /** How many are away now. */
    public int count() {
        return open.size();
    }
}
