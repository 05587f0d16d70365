package io.imagetransformer.command;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Heals what the store never told: hands the objects of a bucket that have no outcome over to the pipeline. */
@Command(
        name = "reconcile",
        description = {
            "Hands every object of a bucket that has no outcome over to the pipeline.",
            "An object has its outcome if a copy of these bytes is filed, or if a dead letter tells of it. What is"
                    + " handed over twice does no harm. See docs/reconcile.md."
        },
        mixinStandardHelpOptions = true)
public final class ReconcileCommand implements Callable<Integer> {
    private static final Duration STILL_UNDER_WAY = Duration.ofMinutes(1);

    private final Parts.Opening parts;
    private final Clock clock = Clock.systemUTC();

    @Spec
    private CommandSpec spec;

    @Option(names = "--bucket", required = true, paramLabel = "NAME", description = "One of source.buckets.")
    private String bucket;

    @Option(names = "--prefix", paramLabel = "TEXT", defaultValue = "", description = "Only keys that begin so.")
    private String prefix;

    @Option(
            names = "--since",
            paramLabel = "TIME",
            converter = Moment.class,
            description =
                    "Only objects of this time or later: 2026-11-22T21:00:00Z, 2026-11-22, or 2h, 7d for so long ago.")
    private @Nullable Instant since;

    @Option(
            names = "--until",
            paramLabel = "TIME",
            converter = Moment.class,
            description = "Only objects of before this time; 1m if not given: the events of newer ones are under way.")
    private @Nullable Instant until;

    @Option(
            names = "--also-in",
            paramLabel = "NAME",
            split = ",",
            description = "Further buckets where routes of yours file copies, under the same keys as output.key says.")
    private List<String> alsoIn = List.of();

    @Option(
            names = "--rate",
            paramLabel = "N/s",
            converter = Rate.Converter.class,
            defaultValue = "50/s",
            description = "Hand over at most so many a second; 50/s if not given.")
    private Rate rate;

    @Option(
            names = "--max-lag",
            paramLabel = "N",
            defaultValue = "1000",
            description = "Wait while the pipeline has more events than this before it; 1000 if not given.")
    private long maxLag;

    @Option(
            names = "--state",
            paramLabel = "FILE",
            description = "Remember there how far it is; after a kill the same command goes on. Removed at the end.")
    private @Nullable Path state;

    @Option(names = "--with-dead-letters", description = "Hand over those with a dead letter, too.")
    private boolean withDeadLetters;

    @Option(names = "--dry-run", description = "Say what would be handed over, and hand nothing over.")
    private boolean dryRun;

    /** @param parts opened when the command begins its work */
    public ReconcileCommand(Parts.Opening parts) {
        this.parts = parts;
    }

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        ReconcileState begin = begin(err);
        try (Parts opened = parts.open()) {
            Reconciliation walk = new Reconciliation(opened, alsoIn, !withDeadLetters, rate, maxLag, out, err);
            ReconcileCounts counts = walk.run(begin, dryRun, this::remember);
            tell(counts, opened, out);
            forget();
        }
        return 0;
    }

    private ReconcileState begin(PrintWriter err) {
        if (state != null && !dryRun && Files.exists(state)) {
            ReconcileState known = ReconcileState.read(state);
            if (!known.bucket().equals(bucket) || !known.prefix().equals(prefix)) {
                throw new CommandFailure("the state file " + state + " is of bucket " + known.bucket() + ", prefix \""
                        + known.prefix() + "\": name another, or delete it");
            }
            err.println("going on behind the " + known.counts().lookedAt() + " objects that were looked at before; "
                    + "--since and --until are as they were then");
            return known;
        }
        Instant end = until == null ? clock.instant().minus(STILL_UNDER_WAY) : until;
        return new ReconcileState(
                bucket, prefix, since == null ? null : since.toString(), end.toString(), null, ReconcileCounts.NONE);
    }

    private void remember(ReconcileState now) {
        if (state != null && !dryRun) {
            now.write(state);
        }
    }

    private void forget() throws IOException {
        if (state != null && !dryRun) {
            Files.deleteIfExists(state);
        }
    }

    private void tell(ReconcileCounts counts, Parts opened, PrintWriter out) {
        out.printf("looked at %d objects of bucket %s%n", counts.lookedAt(), bucket);
        out.printf("  %8d filed%n", counts.filed());
        out.printf("  %8d dead letters%n", counts.deadLettered());
        out.printf("  %8d not for us: folders, own copies, gone meanwhile%n", counts.notForUs());
        out.printf("  %8d of another time%n", counts.otherTime());
        out.printf(
                "  %8d without an outcome: %s topic %s%n",
                counts.handedOver(),
                dryRun ? "would be handed over to" : "handed over to",
                opened.settings().events().topic());
        out.flush();
    }
}
