package io.imagetransformer.camel;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * Whether a request, or an event, could be served now. Asked by probes, by many at once and often: our neighbours are
 * asked by one of them at a time, and the answer holds for a while. Safe for any number of threads.
 */
public final class Readiness {
    /** Sooner when something is missing: readiness is to come back quickly. */
    private static final Duration HOLDS_WHEN_MISSING = Duration.ofSeconds(1);

    private static final Duration HOLDS_WHEN_THERE = Duration.ofSeconds(5);

    private final LongSupplier nanoTime;
    private final ReentrantLock asking = new ReentrantLock();
    private volatile @Nullable Supplier<Optional<String>> neighbours;
    private volatile @Nullable Told told;
    private volatile boolean stopping;
    private volatile Supplier<String> starting = () -> "";

    /** @param missing why not ready, for a person */
    private record Told(Optional<String> missing, long until) {}

    public Readiness() {
        this(System::nanoTime);
    }

    /** @param nanoTime a clock as {@link System#nanoTime()} */
    Readiness(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** @param waitsFor what the start waits for now, on one line for a person; may be empty */
    public void starting(Supplier<String> waitsFor) {
        starting = waitsFor;
    }

    /**
     * The start is done.
     *
     * @param missing asks our neighbours: what is missing, for a person; may take its time
     */
    public void started(Supplier<Optional<String>> missing) {
        neighbours = missing;
    }

    /** From now on not ready, for good. */
    public void stopping() {
        stopping = true;
    }

    /** Why not, on one line for a person; empty where ready. Whoever asks while another asks gets the answer before. */
    public Optional<String> missing() {
        Supplier<Optional<String>> ask = neighbours;
        if (stopping) {
            return Optional.of("It is stopping.");
        }
        if (ask == null) {
            return Optional.of(("It is starting. " + starting.get()).strip());
        }
        Told last = told;
        if (last != null && nanoTime.getAsLong() - last.until() < 0) {
            return last.missing();
        }
        if (last != null && !asking.tryLock()) {
            return last.missing();
        }
        if (last == null) {
            asking.lock();
        }
        try {
            Optional<String> missing = ask.get();
            Duration holds = missing.isPresent() ? HOLDS_WHEN_MISSING : HOLDS_WHEN_THERE;
            told = new Told(missing, nanoTime.getAsLong() + holds.toNanos());
            return missing;
        } finally {
            asking.unlock();
        }
    }
}
