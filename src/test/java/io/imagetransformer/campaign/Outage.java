package io.imagetransformer.campaign;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What the program did while a neighbour was away.
 *
 * @param seconds how long it was measured
 * @param cpuPercent of one core
 * @param rssGrowthMiB over that time
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
        double rssGrowthMiB,
        int lost,
        int back,
        double awayDuring,
        double awayAfter,
        int consumers,
        int consumersAllowed) {
    static final double CPU_LIMIT_PERCENT = 5;
    /** Of the heap that the JVM takes as it needs it, and of the archive of classes what is touched for the first time. */
    static final double RSS_LIMIT_MIB = 24;

    /** What depends on the machine, too. */
    List<String> costs() {
        List<String> problems = new ArrayList<>();
        if (cpuPercent > CPU_LIMIT_PERCENT) {
            problems.add(String.format(Locale.ROOT, "the outage took %.1f %% of a core", cpuPercent));
        }
        if (rssGrowthMiB > RSS_LIMIT_MIB) {
            problems.add(String.format(Locale.ROOT, "memory grew by %.0f MiB in the outage", rssGrowthMiB));
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
