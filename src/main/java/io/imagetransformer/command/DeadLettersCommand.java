package io.imagetransformer.command;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.function.Predicate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import io.imagetransformer.delivery.DeadLetter;
import io.imagetransformer.delivery.DeadLetterHeaders;
import io.imagetransformer.delivery.DeadLetterReason;
import io.imagetransformer.event.Printable;

/** What a person does about dead letters: see which there are, why, and send them back once the cause is mended. */
@Command(
        name = "dead-letters",
        description = "Lists, explains and replays dead letters.",
        mixinStandardHelpOptions = true)
public final class DeadLettersCommand {
    private static final int DONE = 0;
    private static final int SOMETHING_LEFT_OUT = 3;
    private static final String ROW = "%-12s %-20s %-9s %-24s %5s %7s  %s";

    /** Whatever a key holds, a terminal gets nothing but plain characters. */
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    private final Parts.Opening parts;

    @Spec
    private CommandSpec spec;

    /** @param parts opened when a command begins its work */
    public DeadLettersCommand(Parts.Opening parts) {
        this.parts = parts;
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }

    private PrintWriter err() {
        return spec.commandLine().getErr();
    }

    /** One line of the list, without the record: so that many can be held. */
    private record Row(Place place, Instant time, String text) {}

    @Command(
            name = "list",
            description = "One line for each, the oldest first; of more than --limit, the newest.",
            mixinStandardHelpOptions = true)
    int list(
            @Mixin DeadLetterFilter filter,
            @Option(names = "--limit", paramLabel = "N", defaultValue = "100", description = "100 if not given.")
                    int limit,
            @Option(names = "--json", description = "A JSON object on each line.") boolean json)
            throws Exception {
        requirePositive(limit);
        PriorityQueue<Row> rows = new PriorityQueue<>(
                Comparator.comparing(Row::time).thenComparing(row -> row.place().partition()));
        long[] found = new long[1];
        try (Parts opened = parts.open()) {
            read(opened, filter, letter -> {
                found[0]++;
                rows.add(new Row(letter.place(), letter.time(), json ? json(letter) : row(letter)));
                if (rows.size() > limit) {
                    rows.remove();
                }
                return true;
            });
        }
        if (!json && !rows.isEmpty()) {
            out().println(ROW.formatted("AT", "TIME", "STAGE", "REASON", "TRIES", "REPLAYS", "OBJECT"));
        }
        long left = found[0] - rows.size();
        while (!rows.isEmpty()) {
            out().println(rows.remove().text());
        }
        if (left > 0) {
            err().println(left + " older ones are left out: --limit " + found[0] + " shows all");
        } else if (found[0] == 0) {
            err().println("no dead letter" + (filter.isEmpty() ? "" : " fits"));
        }
        return DONE;
    }

    private static String row(StoredDeadLetter letter) {
        List<DeadLetter.Cause> causes = letter.causes();
        String more = causes.size() > 1 ? " (and " + (causes.size() - 1) + " more)" : "";
        return ROW.formatted(
                        letter.place(),
                        letter.time().truncatedTo(ChronoUnit.SECONDS),
                        orDash(letter.stage()),
                        orDash(letter.reason()),
                        orDash(text(letter.header(DeadLetterHeaders.ATTEMPTS))),
                        letter.replays(),
                        (causes.isEmpty() ? "-" : object(causes.get(0))) + more)
                .stripTrailing();
    }

    private static String json(StoredDeadLetter letter) {
        ObjectNode json = JSON.createObjectNode();
        json.put("at", letter.place().toString()).put("time", letter.time().toString());
        json.put("stage", letter.stage()).put("reason", letter.reason());
        json.put("message", letter.header(DeadLetterHeaders.MESSAGE)).put("replays", letter.replays());
        json.put("version", letter.header(DeadLetterHeaders.VERSION));
        json.put("topic", letter.header(DeadLetterHeaders.TOPIC))
                .put("partition", letter.header(DeadLetterHeaders.PARTITION))
                .put("offset", letter.header(DeadLetterHeaders.OFFSET));
        json.set("causes", JSON.valueToTree(letter.causes()));
        json.put("replayable", letter.obstacle() == null);
        try {
            return JSON.writeValueAsString(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("texts and numbers are JSON", e);
        }
    }

    private static String object(DeadLetter.Cause cause) {
        return cause.bucket() == null && cause.key() == null ? "-" : Printable.line(cause.bucket() + "/" + cause.key());
    }

    private static String text(@Nullable String header) {
        return header == null ? "" : Printable.line(header);
    }

    private static String orDash(String text) {
        return text.isEmpty() ? "-" : Printable.line(text);
    }

    private static void requirePositive(int limit) {
        if (limit < 1) {
            throw new CommandFailure("--limit " + limit + " shows nothing: give 1 or more");
        }
    }

    private void read(Parts opened, DeadLetterFilter filter, Predicate<StoredDeadLetter> goOn) {
        try (TopicReader reader = new TopicReader(
                        opened.kafka(), opened.settings().deadLetter().topic());
                Progress progress = new Progress(err(), opened.terminal())) {
            long[] read = new long[1];
            reader.forEach(record -> {
                progress.at(++read[0], 0, reader.size(), "");
                StoredDeadLetter letter = new StoredDeadLetter(record);
                return !filter.fits(letter) || goOn.test(letter);
            });
        }
    }

    @Command(
            name = "explain",
            description = "Everything about one, and what to do; metadata of uploaders and credentials are left out.",
            mixinStandardHelpOptions = true)
    int explain(
            @Parameters(paramLabel = "AT", converter = Place.Converter.class, description = "As list shows it: 0@17.")
                    Place place,
            @Option(names = "--raw", description = "Nothing but the record's value, whole, as UTF-8 text.") boolean raw)
            throws Exception {
        try (Parts opened = parts.open();
                TopicReader reader = new TopicReader(
                        opened.kafka(), opened.settings().deadLetter().topic())) {
            StoredDeadLetter letter = new StoredDeadLetter(reader.at(place));
            if (raw) {
                byte[] value = letter.value();
                out().print(value == null ? "" : new String(value, StandardCharsets.UTF_8));
                out().flush();
            } else {
                explain(letter, opened.settings().deadLetter().topic());
            }
        }
        return DONE;
    }

    private void explain(StoredDeadLetter letter, String topic) {
        out().println("Dead letter " + letter.place() + " of topic " + topic);
        tell("when", letter.time() + ", by version " + orDash(text(letter.header(DeadLetterHeaders.VERSION))));
        tell(
                "record",
                "partition " + orDash(text(letter.header(DeadLetterHeaders.PARTITION))) + ", offset "
                        + orDash(text(letter.header(DeadLetterHeaders.OFFSET))) + " of topic "
                        + orDash(text(letter.header(DeadLetterHeaders.TOPIC))));
        byte[] key = letter.key();
        tell("key", key == null ? "none" : Printable.escaped(new String(key, StandardCharsets.UTF_8)));
        tell("replays", letter.replays() + (letter.replays() > 1 ? ": replaying it did not help so far" : ""));
        for (DeadLetter.Cause cause : letter.causes()) {
            out().println();
            out().println(Printable.line(cause.stage() + ": " + cause.reason()) + ", after "
                    + (cause.attempts() == 1 ? "1 try" : cause.attempts() + " tries"));
            if (cause.bucket() != null) {
                tell("object", Printable.escaped(cause.bucket() + "/" + cause.key()));
            }
            tell("message", cause.message());
            Optional<DeadLetterReason> reason = DeadLetterReason.of(cause.reason());
            reason.ifPresent(known -> tell("means", known.meaning().replace("`", "")));
            reason.ifPresent(known -> tell("to do", known.next().replace("`", "")));
        }
        out().println();
        letter.originalHeaders()
                .forEach(header -> tell(
                        "header",
                        Printable.escaped(
                                header.getKey() + ": " + Redacted.header(header.getKey(), header.getValue()))));
        explainValue(letter);
        String obstacle = letter.obstacle();
        out().println();
        out().println(
                        obstacle == null
                                ? "When its cause is mended: kafka-image-transformer dead-letters replay "
                                        + letter.place()
                                : "It cannot be replayed: " + obstacle + ".");
    }

    private void explainValue(StoredDeadLetter letter) {
        byte[] value = letter.value();
        if (value == null) {
            tell("value", "none (" + orDash(text(letter.header(DeadLetterHeaders.VALUE_BYTES))) + " bytes left out)");
            return;
        }
        List<String> lines = Redacted.json(value).orElse(List.of());
        tell("value", value.length + " bytes" + (lines.isEmpty() ? ", no JSON; --raw shows it" : ""));
        lines.forEach(line -> out().println("  " + Printable.escaped(line)));
    }

    private void tell(String what, String text) {
        out().println("  %-8s %s".formatted(what, text));
    }

    @Command(
            name = "replay",
            description = {
                "Sends records back to the events topic, as they came.",
                "The letters stay where they are. A record that fails again becomes a new letter that counts its"
                        + " replays; one that is replayed twice does no harm."
            },
            mixinStandardHelpOptions = true)
    int replay(
            @Parameters(
                            paramLabel = "AT",
                            arity = "0..*",
                            converter = Place.Converter.class,
                            description = "Those at these places, as list shows them: 0@17 2@4.")
                    @Nullable
                    List<Place> places,
            @Mixin DeadLetterFilter filter,
            @Option(names = "--all", description = "All of them.") boolean all,
            @Option(names = "--limit", paramLabel = "N", description = "No more than these.") @Nullable Integer limit,
            @Option(names = "--dry-run", description = "Say what would be sent, and send nothing.") boolean dryRun)
            throws Exception {
        boolean named = places != null && !places.isEmpty();
        int ways = (named ? 1 : 0) + (filter.isEmpty() ? 0 : 1) + (all ? 1 : 0);
        if (ways != 1) {
            throw new ParameterException(
                    spec.subcommands().get("replay"),
                    ways == 0
                            ? "nothing says which dead letters: name places, a filter such as --reason, or --all"
                            : "places, filters and --all exclude each other: give one of them");
        }
        int most = limit == null ? Integer.MAX_VALUE : limit;
        requirePositive(most);
        try (Parts opened = parts.open()) {
            Replay replay = new Replay(opened, dryRun);
            try (replay) {
                if (named) {
                    replayPlaces(opened, places, replay);
                } else {
                    read(opened, filter, letter -> {
                        replay.take(letter);
                        return replay.taken < most;
                    });
                }
            }
            return replay.tell();
        }
    }

    private static void replayPlaces(Parts opened, List<Place> places, Replay replay) {
        List<StoredDeadLetter> letters = new ArrayList<>();
        try (TopicReader reader =
                new TopicReader(opened.kafka(), opened.settings().deadLetter().topic())) {
            places.forEach(place -> letters.add(new StoredDeadLetter(reader.at(place))));
        }
        letters.forEach(replay::take);
    }

    /** Sends, and counts; closing it waits for the last acknowledgement. */
    private final class Replay implements AutoCloseable {
        private final String topic;
        private final boolean dryRun;
        private final EventsTopic events;
        private final List<String> leftOut = new ArrayList<>();
        private int taken;

        Replay(Parts opened, boolean dryRun) {
            this.dryRun = dryRun;
            topic = opened.settings().events().topic();
            events = new EventsTopic(opened.kafka(), topic);
        }

        void take(StoredDeadLetter letter) {
            String obstacle = letter.obstacle();
            if (obstacle != null) {
                leftOut.add(letter.place() + ": " + obstacle);
                return;
            }
            taken++;
            if (dryRun) {
                out().println(row(letter));
            } else {
                events.send(letter.original(topic, events.partitions()));
            }
        }

        @Override
        public void close() {
            events.close();
        }

        int tell() {
            out().println((dryRun ? "would send " : "sent ") + taken + " back to topic " + topic);
            leftOut.forEach(line -> err().println("left out " + line));
            return leftOut.isEmpty() ? DONE : SOMETHING_LEFT_OUT;
        }
    }
}
