package io.imagetransformer.campaign;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

import org.awaitility.core.ConditionTimeoutException;

import io.imagetransformer.packaged.PackagedProgram;
import io.imagetransformer.pipeline.Stack;
import io.imagetransformer.sandbox.EmbeddedKafka;
import io.imagetransformer.sandbox.KafkaTopicProbe;
import io.imagetransformer.sandbox.Mnist;
import io.imagetransformer.sandbox.ProcessFigures;

import static org.awaitility.Awaitility.await;

/**
 * The packaged program at full rate for a long time: there is always more to do than it can. Each copy is compared with
 * its image and taken away, so that the store does not fill up. Writes {@code target/campaign/soak.csv}, {@code .svg} and
 * {@code .md}; exits with 1 where an image was lost, misfiled or altered. Argument: minutes. Needs {@code mvn package}
 * first, and Linux.
 */
public final class Soak {
    private static final int BACKLOG = 2_000;
    /** Sources stay so long after they were filed: what Kafka brings again before its commit is filed again. */
    private static final int KEPT = 2_000;
    /** More problems than these tell nothing more. */
    private static final int SHOWN = 20;

    private static final int LABELS = 10;
    private static final Duration PERIOD = Duration.ofSeconds(5);
    private static final Path FOLDER = Path.of("target", "campaign");
    /** The start of a run, in which the heap grows to its size, says nothing about drift. */
    private static final double WARM_UP = 0.2;

    /** One look at the program. */
    private record Sample(
            double seconds, double imagesPerSecond, double rssMiB, long openFiles, long threads, double cpuPercent) {}

    private final Stack stack;
    private final Map<String, Integer> waiting = new HashMap<>();
    private final List<Sample> samples = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();
    /** Filed, their sources still there; the oldest first. */
    private final Map<String, Integer> kept = new LinkedHashMap<>();

    private int problemsInAll;
    private int uploaded;
    private int poison;
    private long done;
    private int repeated;

    private Soak(Stack stack) {
        this.stack = stack;
    }

    public static void main(String[] args) throws Exception {
        Quiet.libraries();
        double minutes = args.length > 0 ? Double.parseDouble(args[0]) : 60;
        int code;
        try (EmbeddedKafka broker = EmbeddedKafka.start();
                Stack stack = Stack.start(broker, 2);
                PackagedProgram program = PackagedProgram.start(stack.settings())) {
            code = new Soak(stack).run(program, Duration.ofSeconds(Math.round(minutes * 60)));
        }
        System.exit(code);
    }

    private int run(PackagedProgram program, Duration length) throws IOException {
        long pid = program.pid();
        long start = System.nanoTime();
        double cpu = 0;
        long doneBefore = 0;
        double before = 0;
        keepFolders();
        while (System.nanoTime() - start < length.toNanos() && program.isAlive()) {
            topUp();
            takeAwayWhatIsFiled();
            double now = (System.nanoTime() - start) / 1e9;
            if (now - before >= PERIOD.toSeconds()) {
                double cpuNow = ProcessFigures.cpuSeconds(pid);
                samples.add(new Sample(
                        now,
                        (done - doneBefore) / (now - before),
                        ProcessFigures.rssMiB(pid),
                        ProcessFigures.openFiles(pid),
                        ProcessFigures.threads(pid),
                        (cpuNow - cpu) / (now - before) * 100));
                cpu = cpuNow;
                doneBefore = done;
                before = now;
                Sample last = samples.get(samples.size() - 1);
                System.out.printf(
                        Locale.ROOT,
                        "%5.0f s  %,9d images  %4.0f/s  %3.0f MiB  %d files  %d threads%n",
                        now,
                        done,
                        last.imagesPerSecond(),
                        last.rssMiB(),
                        last.openFiles(),
                        last.threads());
            }
        }
        if (!program.isAlive()) {
            problem("the program ended");
        }
        awaitTheRest();
        auditDeadLetters();
        write(program.lines());
        problems.forEach(System.out::println);
        System.out.println(problemsInAll == 0 ? "nothing lost, nothing misfiled" : problemsInAll + " problems in all");
        return problems.isEmpty() ? 0 : 1;
    }

    private void awaitTheRest() {
        try {
            await("the rest").atMost(Trial.PATIENCE).until(() -> {
                takeAwayWhatIsFiled();
                return waiting.isEmpty() && stack.lag() == 0;
            });
        } catch (ConditionTimeoutException e) {
            problem(waiting.size() + " images were not filed, such as "
                    + waiting.keySet().stream().limit(5).toList() + "; lag " + stack.lag());
        }
    }

    private void topUp() {
        while (waiting.size() < BACKLOG) {
            String key = uploaded + ".png";
            if (uploaded % 1_000 == 7) {
                stack.s3.put(stack.source, key, "no picture".getBytes(StandardCharsets.UTF_8));
                poison++;
            } else {
                int image = uploaded % Mnist.size();
                waiting.put(key, image);
                stack.s3.put(stack.source, key, Mnist.png(image));
            }
            uploaded++;
        }
    }

    private void takeAwayWhatIsFiled() {
        for (String copy : stack.s3.keys(stack.output)) {
            if (!copy.endsWith(".png")) {
                // The store's own file for a copy that is being written, or one of keepFolders.
                continue;
            }
            String key = copy.substring(copy.indexOf('/') + 1);
            Integer image = waiting.remove(key);
            if (image != null) {
                done++;
                kept.put(key, image);
            } else {
                image = kept.get(key);
                repeated++;
            }
            if (image == null) {
                problem(copy + " was filed again long after it was filed, or never uploaded");
            } else if (!copy.equals(Mnist.label(image) + "/" + key)
                    || !Arrays.equals(stack.s3.bytes(stack.output, copy), Mnist.png(image))) {
                problem(copy + " is misfiled or altered");
            }
            stack.s3.forget(stack.output, copy);
        }
        Iterator<String> oldest = kept.keySet().iterator();
        for (int more = kept.size() - KEPT; more > 0; more--) {
            stack.s3.forget(stack.source, oldest.next());
            oldest.remove();
        }
    }

    /** The store removes a folder with its last object, be it that another object is just being written into it. */
    private void keepFolders() {
        for (int label = 0; label < LABELS; label++) {
            stack.s3.put(stack.output, label + "/keep", new byte[0]);
        }
    }

    private void auditDeadLetters() {
        Map<String, Integer> letters = new TreeMap<>();
        stack.deadLetters()
                .forEach(letter -> letters.merge(String.valueOf(KafkaTopicProbe.key(letter)), 1, Integer::sum));
        repeated += letters.values().stream().mapToInt(times -> times - 1).sum();
        if (letters.size() != poison) {
            problem(letters.size() + " records have a dead letter, for " + poison + " uploads that are no pictures");
        }
    }

    private void problem(String what) {
        if (problemsInAll++ < SHOWN) {
            problems.add(what);
        }
    }

    private void write(List<String> log) throws IOException {
        Files.createDirectories(FOLDER);
        Files.write(FOLDER.resolve("soak.log"), log);
        Files.writeString(
                FOLDER.resolve("soak.csv"),
                samples.stream()
                        .map(sample -> String.format(
                                Locale.ROOT,
                                "%.0f,%.0f,%.1f,%d,%d,%.0f",
                                sample.seconds(),
                                sample.imagesPerSecond(),
                                sample.rssMiB(),
                                sample.openFiles(),
                                sample.threads(),
                                sample.cpuPercent()))
                        .collect(Collectors.joining(
                                "\n", "seconds,images_per_s,rss_mib,open_files,threads,cpu_percent\n", "\n")));
        Files.writeString(
                FOLDER.resolve("soak.svg"),
                Plot.svg(
                        String.format(Locale.ROOT, "%,d images at full rate", done),
                        column(Sample::seconds),
                        List.of(
                                new Plot.Curve("images per second", column(Sample::imagesPerSecond)),
                                new Plot.Curve("resident memory, MiB", column(Sample::rssMiB)),
                                new Plot.Curve("open files and connections", column(Sample::openFiles)),
                                new Plot.Curve("threads", column(Sample::threads)))));
        String summary = String.format(
                        Locale.ROOT,
                        "%,d images in %.0f minutes, %d uploads that are no pictures, %d filed or dead-lettered again;"
                                + " Java %s.%n%n"
                                + "| | mean | lowest | highest | drift per hour |%n|---|---|---|---|---|%n",
                        done,
                        samples.get(samples.size() - 1).seconds() / 60,
                        poison,
                        repeated,
                        System.getProperty("java.version"))
                + line("images per second", Sample::imagesPerSecond)
                + line("resident memory, MiB", Sample::rssMiB)
                + line("open files", Sample::openFiles)
                + line("threads", Sample::threads)
                + String.format(
                        Locale.ROOT,
                        "%nThe first %.0f %% of the time are left out: the heap grows then.%n",
                        WARM_UP * 100);
        Files.writeString(FOLDER.resolve("soak.md"), summary);
        System.out.println(summary);
    }

    private List<Double> column(ToDoubleFunction<Sample> figure) {
        return samples.stream().map(figure::applyAsDouble).toList();
    }

    private String line(String name, ToDoubleFunction<Sample> figure) {
        List<Sample> warm = samples.subList((int) (samples.size() * WARM_UP), samples.size());
        double[] values = warm.stream().mapToDouble(figure).toArray();
        double[] times = warm.stream().mapToDouble(Sample::seconds).toArray();
        return String.format(
                Locale.ROOT,
                "| %s | %.1f | %.1f | %.1f | %+.1f |%n",
                name,
                Arrays.stream(values).average().orElse(0),
                Arrays.stream(values).min().orElse(0),
                Arrays.stream(values).max().orElse(0),
                slope(times, values) * 3_600);
    }

    /** Of the straight line with the least squares, per second. */
    private static double slope(double[] times, double[] values) {
        double time = Arrays.stream(times).average().orElse(0);
        double value = Arrays.stream(values).average().orElse(0);
        double above = 0;
        double below = 0;
        for (int i = 0; i < times.length; i++) {
            above += (times[i] - time) * (values[i] - value);
            below += (times[i] - time) * (times[i] - time);
        }
        return below == 0 ? 0 : above / below;
    }
}
