package io.imagetransformer.command;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;

/**
 * How far long work is, on standard error: for a person a bar that is drawn anew, for a log a plain line now and then.
 * What takes less than two seconds says nothing.
 */
final class Progress implements AutoCloseable {
    private static final Duration SILENT = Duration.ofSeconds(2);
    private static final Duration REDRAWN = Duration.ofMillis(250);
    private static final Duration LINES = Duration.ofSeconds(10);
    private static final int WIDTH = 24;
    private static final String CLEAR_LINE = "\r\u001b[K";

    private final PrintWriter err;
    private final boolean terminal;
    private final long started = System.nanoTime();
    private long lastTold = started;
    private boolean drawn;

    /** @param terminal whether lines can be drawn over */
    Progress(PrintWriter err, boolean terminal) {
        this.err = err;
        this.terminal = terminal;
    }

    /**
     * Tells it if it is time to.
     *
     * @param done so far
     * @param begun how many of them were done before this process began
     * @param total of all; negative while nobody knows
     * @param what besides
     */
    void at(long done, long begun, long total, String what) {
        long now = System.nanoTime();
        Duration every = terminal ? REDRAWN : LINES;
        if (now - started < SILENT.toNanos() || now - lastTold < every.toNanos()) {
            return;
        }
        lastTold = now;
        double perSecond = (done - begun) * 1e9 / (now - started);
        String line = line(done, perSecond, total) + (what.isEmpty() ? "" : ", " + what);
        if (terminal) {
            err.print(CLEAR_LINE + bar(done, total) + line);
            err.flush();
            drawn = true;
        } else {
            err.println(line);
        }
    }

    private static String bar(long done, long total) {
        if (total <= 0) {
            return "";
        }
        int filled = (int) Math.min(WIDTH, WIDTH * done / total);
        return "[" + "#".repeat(filled) + ".".repeat(WIDTH - filled) + "] ";
    }

    private static String line(long done, double perSecond, long total) {
        String rate = String.format(Locale.ROOT, "%,.0f/s", perSecond);
        if (total < 0) {
            return String.format(Locale.ROOT, "%,d looked at, %s", done, rate);
        }
        String left = perSecond < 0.01 ? "" : ", " + clock((long) (Math.max(0, total - done) / perSecond)) + " left";
        return String.format(
                Locale.ROOT,
                "%,d of %,d looked at (%d %%), %s%s",
                done,
                total,
                total == 0 ? 100 : Math.min(100, 100 * done / total),
                rate,
                left);
    }

    /** As 0:05 or 1:02:03. */
    private static String clock(long seconds) {
        return seconds < 3_600
                ? String.format("%d:%02d", seconds / 60, seconds % 60)
                : String.format("%d:%02d:%02d", seconds / 3_600, seconds / 60 % 60, seconds % 60);
    }

    /** Leaves the line to what comes next. */
    @Override
    public void close() {
        if (drawn) {
            err.print(CLEAR_LINE);
            err.flush();
            drawn = false;
        }
    }
}
