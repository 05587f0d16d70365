package io.imagetransformer.campaign;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

import org.awaitility.core.ThrowingRunnable;

import io.imagetransformer.packaged.PackagedProgram;
import io.imagetransformer.pipeline.Stack;
import io.imagetransformer.sandbox.EmbeddedKafka;
import io.imagetransformer.sandbox.FaultProxy;
import io.imagetransformer.sandbox.LoopbackPorts;
import io.imagetransformer.sandbox.PredictorBehaviour;
import io.imagetransformer.sandbox.ProcessFigures;
import io.imagetransformer.sandbox.S3Call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * One run of a scenario: the packaged program, and between it and a broker, a store and a predictor of its own a fault
 * proxy each; uploads; and what was noticed.
 */
final class Trial implements AutoCloseable {
    /** For what comes in seconds on a machine that has nothing else to do. */
    static final Duration PATIENCE = Duration.ofSeconds(Integer.getInteger("campaign.patience", 180));

    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final Duration CALM_AFTER_FAULT = Duration.ofSeconds(5);

    final Random random;
    final Stack stack;
    final FaultProxy kafka;
    final FaultProxy s3;
    final FaultProxy predictor;
    final Uploads uploads;
    final CommitWatch watch;
    /** Of every program that this trial starts; a scenario may change them. */
    final Map<String, String> settings = new LinkedHashMap<>();

    /** With the whole heap from the start: what memory the program takes later is no heap. */
    static final String JAVA_OPTIONS = "-Xms256m -Xmx256m -XX:+AlwaysPreTouch";

    final List<Outage> outages = new ArrayList<>();
    final List<String> problems = new ArrayList<>();
    private final AtomicInteger faults = new AtomicInteger();
    private final AtomicInteger puts = new AtomicInteger();
    private final Path home;
    private final String logName;
    private final Map<PackagedProgram, Integer> programs = new LinkedHashMap<>();
    private final List<Path> folders = new ArrayList<>();

    /** @param home the distribution to run */
    Trial(EmbeddedKafka broker, Scenario scenario, long seed, Path home) {
        this.home = home;
        this.logName = scenario.name() + "-" + seed;
        random = new Random(seed * 31 + scenario.name().hashCode());
        stack = Stack.start(broker, scenario.partitions());
        kafka = broker.proxy();
        s3 = FaultProxy.before("127.0.0.1", stack.s3.port());
        predictor =
                FaultProxy.before("127.0.0.1", URI.create(stack.predictor.url()).getPort());
        uploads = new Uploads(stack, random);
        watch = new CommitWatch(stack, stack.output, uploads);
        stack.s3.observe(this::count);
        // A chunk takes a moment, so that a fault meets work in every stage.
        stack.predictor.behave(PredictorBehaviour.slow(Duration.ofMillis(30)));
        settings.putAll(stack.settings());
        settings.put("kafka.brokers", kafka.address());
        settings.put("s3.endpoint", "http://" + s3.address());
        settings.put("predictor.host", predictor.address());
        settings.put("events.max-poll-records", "16");
        settings.put("s3.timeout", "2s");
        settings.put("predictor.timeout", "2s");
        settings.put("management.enabled", "true");
        settings.put("java.opts", JAVA_OPTIONS);
    }

    /** As {@link #settings}, such that no batch is held for longer than 15 seconds, nor a partition for more than 53. */
    void shortenThePatienceOfKafka() {
        settings.put("events.max-poll-interval-ms", "53000");
        settings.put("events.hold", "15s");
    }

    void count(S3Call call) {
        if (call.operation() == S3Call.Operation.PUT && !call.bucket().equals(stack.source)) {
            puts.incrementAndGet();
        }
    }

    /** How often a copy was written, refused tries included. */
    int puts() {
        return puts.get();
    }

    /** One more fault was injected. */
    void fault() {
        faults.incrementAndGet();
    }

    int faults() {
        return faults.get();
    }

    /** Starts the program; the end of the trial ends it. */
    PackagedProgram start() {
        int port = LoopbackPorts.free();
        Map<String, String> own = new LinkedHashMap<>(settings);
        own.put("management.port", String.valueOf(port));
        PackagedProgram program = PackagedProgram.start(home, own);
        programs.put(program, port);
        return program;
    }

    /** Starts it, lets uploads come in, and waits until it has warmed up with some of them. */
    PackagedProgram startWithUploads() {
        PackagedProgram program = start();
        uploads.add(120).comeIn(10);
        awaitDone(100);
        return program;
    }

    /** Starts it, and waits until it reads the events topic, which is empty still. */
    PackagedProgram startBeforeUploads() {
        PackagedProgram program = start().awaitReady();
        awaitQuietly("it is a member", () -> assertThat(stack.probe().memberIds(stack.group))
                .isNotEmpty());
        // What it is given to read it begins to read with its next poll.
        pass(CALM_AFTER_FAULT);
        return program;
    }

    /** All that failed was repeated in place: no batch came again. */
    void requireNoBatchCameAgain(PackagedProgram program) {
        int again = program.lines("a batch is given back to Kafka").size();
        require(again == 0, again + " batches were given back to Kafka, to be worked again");
    }

    /** A new folder, deleted after the trial. */
    Path folder() {
        try {
            Path folder = Files.createTempDirectory("campaign-");
            folders.add(folder);
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** How many copies there are. */
    int filed() {
        return stack.s3.keys(stack.output).size();
    }

    /** Waits until so many copies are there. */
    void awaitDone(int copies) {
        await(copies + " images filed").atMost(PATIENCE).until(() -> filed() >= copies);
    }

    /** Waits until so many more are there. */
    void awaitMoreDone(int copies) {
        awaitDone(filed() + copies);
    }

    void awaitQuietly(String what, ThrowingRunnable assertion) {
        await(what).atMost(PATIENCE).untilAsserted(assertion);
    }

    /** Lets a fault last. */
    void pass(Duration time) {
        try {
            Thread.sleep(time.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Lets a fault last for a time drawn by lot. */
    void passUpTo(Duration most) {
        pass(Duration.ofMillis(random.nextLong(most.toMillis())));
    }

    /** Remembers that something was not as promised. */
    void require(boolean promise, String problem) {
        if (!promise) {
            problems.add(problem);
        }
    }

    /** As {@link #outage(PackagedProgram, String, Duration, int, Runnable, Runnable)}, while a batch may be held. */
    void outage(PackagedProgram program, String who, Duration length, Runnable begin, Runnable end) {
        outage(program, who, length, 0, begin, end);
    }

    /**
     * Takes a neighbour away and looks at the program meanwhile: it has to say so once, wait at next to no cost, and say
     * once that it goes on.
     *
     * @param who how the log names the neighbour
     * @param consumers how many may be made anew
     */
    void outage(PackagedProgram program, String who, Duration length, int consumers, Runnable begin, Runnable end) {
        int lost = lost(program, who);
        int back = back(program, who);
        Set<String> members = new HashSet<>(members());
        int before = members.size();
        fault();
        double away;
        double seconds;
        double cpuPercent;
        double heapGrowth;
        double nativeGrowth;
        try {
            begin.run();
            await("the loss is told").atMost(PATIENCE).until(() -> lost(program, who) > lost);
            // What was under way when it began comes to its end.
            pass(CALM_AFTER_FAULT);
            // The first look at the gauge loads what shows it.
            away = away(program);
            double heap = ProcessFigures.liveHeapMiB(program.pid());
            double anonymous = ProcessFigures.anonymousMiB(program.pid());
            double cpu = ProcessFigures.cpuSeconds(program.pid());
            long start = System.nanoTime();
            while (System.nanoTime() - start < length.toNanos()) {
                pass(Duration.ofMillis(500));
                members.addAll(members());
            }
            seconds = (System.nanoTime() - start) / 1e9;
            cpuPercent = (ProcessFigures.cpuSeconds(program.pid()) - cpu) / seconds * 100;
            nativeGrowth = ProcessFigures.anonymousMiB(program.pid()) - anonymous;
            heapGrowth = ProcessFigures.liveHeapMiB(program.pid()) - heap;
        } finally {
            end.run();
        }
        await("the return is told").atMost(PATIENCE).until(() -> back(program, who) > back);
        awaitMoreDone(10);
        require(program.lines("unexpected failure").isEmpty(), "the outage was told as an unexpected failure, too");
        outages.add(new Outage(
                seconds,
                cpuPercent,
                heapGrowth,
                nativeGrowth,
                lost(program, who) - lost,
                back(program, who) - back,
                away,
                away(program),
                members.size() - before,
                consumers));
    }

    private static int lost(PackagedProgram program, String who) {
        return lines(program, who, ": waiting, and trying again");
    }

    private static int back(PackagedProgram program, String who) {
        return lines(program, who, " is back after ");
    }

    private static int lines(PackagedProgram program, String who, String what) {
        return (int) program.lines(what).stream()
                .filter(line -> line.contains(" " + who + " "))
                .count();
    }

    /** None where the broker does not answer. */
    private List<String> members() {
        return stack.kafka.isRunning() ? stack.probe().memberIds(stack.group) : List.of();
    }

    /** The gauge of how many neighbours are away. */
    double away(PackagedProgram program) {
        URI metrics = URI.create("http://127.0.0.1:" + programs.get(program) + "/observe/metrics");
        try {
            return HTTP.send(HttpRequest.newBuilder(metrics).build(), HttpResponse.BodyHandlers.ofLines())
                    .body()
                    .filter(line -> line.startsWith("image_transformer_away"))
                    .mapToDouble(line -> Double.parseDouble(line.replaceFirst(".* ", "")))
                    .findFirst()
                    .orElse(-1);
        } catch (IOException e) {
            return -1;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return -1;
        }
    }

    /** No more uploads; waits until each event has been committed. */
    void awaitAllCommitted() {
        uploads.close();
        stack.s3.flushNotifications();
        await("all events committed").atMost(PATIENCE).untilAsserted(() -> assertThat(stack.lag())
                .isZero());
        watch.look();
    }

    /** What all programs of this trial printed, by their order. */
    List<List<String>> logs() {
        return programs.keySet().stream().map(PackagedProgram::lines).toList();
    }

    private void writeLogs() throws IOException {
        Path folder = Files.createDirectories(Path.of("target", "campaign"));
        int number = 0;
        for (List<String> log : logs()) {
            Files.write(folder.resolve(logName + "-" + ++number + ".log"), log);
        }
    }

    @Override
    public void close() {
        uploads.close();
        watch.close();
        programs.keySet().forEach(PackagedProgram::close);
        try {
            writeLogs();
            for (Path folder : folders) {
                new ProcessBuilder("rm", "-rf", folder.toString()).start().waitFor();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        kafka.heal();
        s3.close();
        predictor.close();
        stack.close();
    }
}
