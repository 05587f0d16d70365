package io.imagetransformer.campaign;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

import com.fasterxml.jackson.databind.ObjectMapper;

/** All runs of a campaign, as Markdown for people and as JSON. */
final class Report {

    /**
     * One run of a scenario.
     *
     * @param skipped why it was not run; empty where it was
     */
    record Run(
            String scenario, long seed, double seconds, int faults, Audit audit, List<Outage> outages, String skipped) {
        boolean passed() {
            return audit.problems().isEmpty();
        }
    }

    private final List<Scenario> scenarios;
    private final List<Run> runs = new ArrayList<>();

    Report(List<Scenario> scenarios) {
        this.scenarios = scenarios;
    }

    synchronized void add(Run run) {
        runs.add(run);
    }

    synchronized long failed() {
        return runs.stream().filter(run -> !run.passed()).count();
    }

    synchronized List<Run> runs() {
        return List.copyOf(runs);
    }

    /** Writes {@code <name>.md} and {@code <name>.json} into a folder. */
    synchronized void write(Path folder, String name) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("java", System.getProperty("java.version"));
        json.put("runs", runs);
        try {
            Files.createDirectories(folder);
            Files.writeString(folder.resolve(name + ".md"), markdown());
            new ObjectMapper()
                    .writerWithDefaultPrettyPrinter()
                    .writeValue(folder.resolve(name + ".json").toFile(), json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String markdown() {
        StringBuilder page = new StringBuilder();
        page.append(String.format(
                Locale.ROOT,
                "%d scenarios, %d runs, %d failed, %d skipped; %,d faults, %,d uploads, %,d filed, %,d dead letters;"
                        + " Java %s, %d processors.%n%n",
                scenarios.size(),
                runs.size(),
                failed(),
                runs.stream().filter(run -> !run.skipped().isEmpty()).count(),
                sum(runs, Sums.FAULTS),
                sum(runs, Sums.UPLOADS),
                sum(runs, Sums.FILED),
                sum(runs, Sums.LETTERS),
                System.getProperty("java.version"),
                Runtime.getRuntime().availableProcessors()));
        page.append("| scenario | promise | runs | faults | uploads | filed | dead letters | repeated | result |\n");
        page.append("|---|---|---|---|---|---|---|---|---|\n");
        scenarios.forEach(scenario -> page.append(line(scenario)));
        page.append("\nOutages: what the program took while somebody was away, the worst of all runs.\n\n");
        page.append(
                "| scenario | measured s | CPU, % of a core (limit 5) | live heap, MiB more (limit 4) |"
                        + " native memory, MiB more (limit 8) | lines of loss, return | gauge during, after | consumers made anew (allowed) |\n");
        page.append("|---|---|---|---|---|---|---|---|\n");
        scenarios.forEach(scenario -> page.append(outages(scenario)));
        return page.toString();
    }

    private enum Sums {
        FAULTS,
        UPLOADS,
        FILED,
        LETTERS,
        REPEATED
    }

    private static int sum(List<Run> runs, Sums what) {
        return runs.stream()
                .mapToInt(run -> switch (what) {
                    case FAULTS -> run.faults();
                    case UPLOADS -> run.audit().uploads();
                    case FILED -> run.audit().filed();
                    case LETTERS -> run.audit().deadLetters();
                    case REPEATED -> run.audit().repeated();
                })
                .sum();
    }

    private List<Run> runs(Scenario scenario) {
        return runs.stream()
                .filter(run -> run.scenario().equals(scenario.name()))
                .toList();
    }

    private String line(Scenario scenario) {
        List<Run> own = runs(scenario);
        if (own.isEmpty()) {
            return "";
        }
        String result = own.stream().anyMatch(run -> !run.skipped().isEmpty())
                ? "skipped: " + own.get(0).skipped()
                : own.stream().allMatch(Run::passed)
                        ? "passed"
                        : own.stream()
                                .filter(run -> !run.passed())
                                .map(run -> "seed " + run.seed() + ": "
                                        + String.join("; ", run.audit().problems()))
                                .collect(Collectors.joining("; "));
        return String.format(
                Locale.ROOT,
                "| %s | %s | %d | %d | %d | %d | %d | %d | %s |%n",
                scenario.name(),
                scenario.promise(),
                own.size(),
                sum(own, Sums.FAULTS),
                sum(own, Sums.UPLOADS),
                sum(own, Sums.FILED),
                sum(own, Sums.LETTERS),
                sum(own, Sums.REPEATED),
                result.replace("|", "\\|").replace("\n", " "));
    }

    private String outages(Scenario scenario) {
        List<Outage> own =
                runs(scenario).stream().flatMap(run -> run.outages().stream()).toList();
        if (own.isEmpty()) {
            return "";
        }
        Outage slowest = own.stream().max(Comparator.comparing(Outage::seconds)).orElseThrow();
        return String.format(
                Locale.ROOT,
                "| %s | %.0f | %.1f | %.1f | %.1f | %d, %d | %.0f, %.0f | %d (%d) |%n",
                scenario.name(),
                slowest.seconds(),
                own.stream().mapToDouble(Outage::cpuPercent).max().orElse(0),
                own.stream().mapToDouble(Outage::heapGrowthMiB).max().orElse(0),
                own.stream().mapToDouble(Outage::nativeGrowthMiB).max().orElse(0),
                own.stream().mapToInt(Outage::lost).max().orElse(0),
                own.stream().mapToInt(Outage::back).max().orElse(0),
                own.stream().mapToDouble(Outage::awayDuring).max().orElse(0),
                own.stream().mapToDouble(Outage::awayAfter).max().orElse(0),
                own.stream().mapToInt(Outage::consumers).max().orElse(0),
                slowest.consumersAllowed());
    }
}
