package io.imagetransformer.campaign;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;

import io.imagetransformer.packaged.PackagedProgram;
import io.imagetransformer.sandbox.EmbeddedKafka;

/**
 * Runs all scenarios with several seeds and writes {@code target/campaign/report.md} and {@code .json}. Exits with 1 where
 * one failed. Needs {@code mvn package} first, and Linux.
 *
 * <p>System properties, all optional: {@code campaign.seeds} (how many, 1), {@code campaign.first-seed} (1),
 * {@code campaign.only} (a part of the scenarios' names), {@code campaign.side-by-side} (how many at once, 2),
 * {@code campaign.without-defence} (true: each scenario runs with its defence removed, and has to fail),
 * {@code campaign.patience} (seconds, 180).
 */
public final class Campaign {
    private static final String NO_RUN = "the run could not begin or end: ";
    private static final Path FOLDER = Path.of("target", "campaign");

    private final boolean withoutDefence = Boolean.getBoolean("campaign.without-defence");
    private final List<Scenario> scenarios;
    private final Report report;

    private record Turn(Scenario scenario, long seed) {}

    private Campaign(List<Scenario> scenarios) {
        this.scenarios = scenarios;
        this.report = new Report(scenarios);
    }

    static List<Scenario> all() {
        return Stream.of(
                        ProcessFaults.all(),
                        KafkaFaults.all(),
                        StorageFaults.all(),
                        PredictorFaults.all(),
                        EventFaults.all(),
                        HostFaults.all())
                .flatMap(List::stream)
                .toList();
    }

    public static void main(String[] args) throws Exception {
        Quiet.libraries();
        String only = System.getProperty("campaign.only", "");
        boolean withoutDefence = Boolean.getBoolean("campaign.without-defence");
        Campaign campaign = new Campaign(all().stream()
                .filter(scenario -> Stream.of(only.split(",")).anyMatch(scenario.name()::contains))
                .filter(scenario -> !withoutDefence || scenario.defence().canBeRemoved())
                .toList());
        campaign.run();
        System.exit(campaign.succeeded() ? 0 : 1);
    }

    private boolean succeeded() {
        long ran = report.runs().stream().filter(run -> run.skipped().isEmpty()).count();
        return withoutDefence
                ? report.failed() == ran && report.runs().stream().noneMatch(Campaign::isNone)
                : report.failed() == 0;
    }

    private static boolean isNone(Report.Run run) {
        return run.audit().problems().stream().anyMatch(problem -> problem.startsWith(NO_RUN));
    }

    private void run() throws Exception {
        Queue<Turn> turns = new ConcurrentLinkedQueue<>();
        long first = Long.getLong("campaign.first-seed", 1);
        for (long seed = first; seed < first + Long.getLong("campaign.seeds", 1); seed++) {
            for (Scenario scenario : scenarios) {
                turns.add(new Turn(scenario, seed));
            }
        }
        int all = turns.size();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < Integer.getInteger("campaign.side-by-side", 2); i++) {
            Thread thread = new Thread(() -> work(turns, all), "campaign-" + i);
            thread.start();
            threads.add(thread);
        }
        for (Thread thread : threads) {
            thread.join();
        }
        System.out.printf(
                "%d of %d runs failed%s; %s%n",
                report.failed(),
                report.runs().size(),
                withoutDefence ? ", and each should, without its defence" : "",
                FOLDER.resolve(withoutDefence ? "without-defence.md" : "report.md"));
    }

    private void work(Queue<Turn> turns, int all) {
        try (EmbeddedKafka broker = EmbeddedKafka.start()) {
            broker.proxy();
            for (Turn turn = turns.poll(); turn != null; turn = turns.poll()) {
                Report.Run run = runOrFail(broker, turn);
                report.add(run);
                // Each time: who ends a long campaign keeps what it found.
                report.write(FOLDER, withoutDefence ? "without-defence" : "report");
                System.out.printf(
                        Locale.ROOT,
                        "%3d/%d %-50s seed %d %5.0f s  %s%n",
                        report.runs().size(),
                        all,
                        run.scenario(),
                        run.seed(),
                        run.seconds(),
                        told(run));
            }
        }
    }

    private static String told(Report.Run run) {
        if (!run.skipped().isEmpty()) {
            return "SKIPPED: " + run.skipped();
        }
        return run.passed()
                ? "passed: " + run.audit().uploads() + " uploads, "
                        + run.audit().filed() + " filed, " + run.audit().deadLetters() + " dead letters"
                : "FAILED: " + String.join("; ", run.audit().problems());
    }

    /** Where not even the stage could be set, the others go on. */
    private Report.Run runOrFail(EmbeddedKafka broker, Turn turn) {
        try {
            return run(broker, turn);
        } catch (RuntimeException e) {
            Audit none = new Audit(0, 0, 0, 0, 0, List.of(NO_RUN + e.getMessage()));
            return new Report.Run(turn.scenario().name(), turn.seed(), 0, 0, none, List.of(), "");
        }
    }

    private Report.Run run(EmbeddedKafka broker, Turn turn) {
        Path home = PackagedProgram.DISTRIBUTION;
        if (withoutDefence) {
            home = PackagedProgram.copy();
            turn.scenario().defence().removeFrom(home);
        }
        return run(broker, turn.scenario(), turn.seed(), home);
    }

    /** Runs one scenario on a broker that nobody else uses meanwhile, and audits what became of it. */
    static Report.Run run(EmbeddedKafka broker, Scenario scenario, long seed, Path home) {
        long start = System.nanoTime();
        try (Trial trial = new Trial(broker, scenario, seed, home)) {
            String skipped = "";
            try {
                scenario.body().run(trial);
                trial.awaitAllCommitted();
            } catch (Skipped e) {
                skipped = String.valueOf(e.getMessage());
            } catch (Exception | AssertionError e) {
                trial.problems.add(
                        String.valueOf(e.getMessage()).lines().findFirst().orElse(e.toString()));
            }
            Audit audit = skipped.isEmpty() ? audit(trial) : new Audit(0, 0, 0, 0, 0, List.of());
            return new Report.Run(
                    scenario.name(),
                    seed,
                    (System.nanoTime() - start) / 1e9,
                    trial.faults(),
                    audit,
                    trial.outages,
                    skipped);
        }
    }

    private static Audit audit(Trial trial) {
        try {
            return Audit.of(trial);
        } catch (RuntimeException e) {
            return new Audit(trial.uploads.total(), 0, 0, 0, 0, List.of("the audit itself failed: " + e));
        }
    }
}
