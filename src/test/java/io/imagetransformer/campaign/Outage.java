package io.imagetransformer.campaign;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What the program did while a neighbour was away.
 *
 * @param seconds how long it was measured
 * @param cpuPercent of one core
 * @param heapGrowthMiB of the objects that it can still reach, over that time
 * @param nativeGrowthMiB of its memory that is neither heap nor a file's, over that time
 * @param lost log lines that tell of the loss
 * @param back log lines that tell of the return
 * @param awayDuring what the gauge {@code image_transformer_away} showed
 * @param awayAfter the same, when all was well again
 * @param consumers how many consumers the program made anew
 * @param consumersAllowed how many it may have made: none where the batch was held all the time
 */
record Outage(
        double seconds,
        double cpuPercent,
        double heapGrowthMiB,
        double nativeGrowthMiB,
        int lost,
        int back,
        double awayDuring,
        double awayAfter,
        int consumers,
        int consumersAllowed) {
    static final double CPU_LIMIT_PERCENT = 5;
    static final double HEAP_LIMIT_MIB = 4;
    static final double NATIVE_LIMIT_MIB = 8;

    /** What depends on the machine, too. */
    List<String> costs() {
        List<String> problems = new ArrayList<>();
        if (cpuPercent > CPU_LIMIT_PERCENT) {
            problems.add(String.format(Locale.ROOT, "the outage took %.1f %% of a core", cpuPercent));
        }
        if (heapGrowthMiB > HEAP_LIMIT_MIB) {
            problems.add(String.format(Locale.ROOT, "the live heap grew by %.1f MiB in the outage", heapGrowthMiB));
        }
        if (nativeGrowthMiB > NATIVE_LIMIT_MIB) {
            problems.add(String.format(Locale.ROOT, "native memory grew by %.1f MiB in the outage", nativeGrowthMiB));
        }
        return problems;
    }

    List<String> problems() {
        List<String> problems = new ArrayList<>(costs());
        if (lost != 1 || back != 1) {
            problems.add("log lines of loss and return: " + lost + " and " + back + ", should be one each");
        }
        if (awayDuring != 1 || awayAfter != 0) {
            problems.add("the gauge of who is away showed " + awayDuring + " in the outage and " + awayAfter
                    + " after it, should be 1 and 0");
        }
        if (consumers > consumersAllowed) {
            problems.add(consumers + " consumers were made anew in the outage, " + consumersAllowed + " allowed");
        }
        return problems;
    }
}
