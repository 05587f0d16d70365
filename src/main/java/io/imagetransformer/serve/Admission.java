package io.imagetransformer.serve;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How much the door holds at once: requests being worked on, and bytes of all bodies and pictures. Whoever does not fit
 * is told so at once; only a request that is being worked on already waits for memory, and never for more than there is
 * in all, so that no two can wait for each other. Safe for any number of threads.
 */
public final class Admission {
    private static final int UNIT = 1024;

    private final Semaphore places;
    private final Semaphore memory;
    private final int allMemory;
    private final AtomicLong lastEntry = new AtomicLong(System.nanoTime() - TimeUnit.DAYS.toNanos(1));
    private volatile boolean closing;

    /**
     * @param requests worked on at once
     * @param bytes held by them together
     */
    public Admission(int requests, long bytes) {
        places = new Semaphore(requests);
        allMemory = units(bytes);
        memory = new Semaphore(allMemory, true);
    }

    /** Whether one more request may be worked on; if so, {@link #leave()} is due. */
    public boolean enter() {
        lastEntry.set(System.nanoTime());
        return places.tryAcquire();
    }

    public void leave() {
        places.release();
    }

    /** Whether so many bytes more may be held; if so, {@link #release} is due. */
    public boolean tryHold(long bytes) {
        return memory.tryAcquire(units(bytes));
    }

    /**
     * As {@link #tryHold}, for as long as it takes; whoever wants more than there is gets all there is.
     *
     * @return the bytes that are held, for {@link #release}; less than 0 where the time was up
     */
    public long hold(long bytes, Duration limit) throws InterruptedException {
        int units = Math.min(units(bytes), allMemory);
        return memory.tryAcquire(units, limit.toMillis(), TimeUnit.MILLISECONDS) ? (long) units * UNIT : -1;
    }

    public void release(long bytes) {
        memory.release(units(bytes));
    }

    /** From now on nobody is to be let in. */
    public void close() {
        closing = true;
    }

    public boolean isClosing() {
        return closing;
    }

    /** Whether some request came in within the last so long. */
    public boolean wasBusyWithin(Duration time) {
        return System.nanoTime() - lastEntry.get() < time.toNanos();
    }

    private static int units(long bytes) {
        return (int) Math.min(Integer.MAX_VALUE / 2, (bytes + UNIT - 1) / UNIT);
    }
}
