package io.imagetransformer.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.ToDoubleFunction;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Object;

import io.imagetransformer.sandbox.EmbeddedKafka;
import io.imagetransformer.sandbox.EmbeddedPredictor;
import io.imagetransformer.sandbox.EmbeddedS3;
import io.imagetransformer.sandbox.JdkTool;
import io.imagetransformer.sandbox.Mnist;
import io.imagetransformer.sandbox.ProcessFigures;
import io.imagetransformer.sandbox.S3Call;

/**
 * Drains one backlog of MNIST images by the packaged distribution and by {@link PlainPipeline}, in turn, each as a
 * process of its own, against one broker, S3 server and predictor in this JVM; prints a table. Arguments: images of the
 * backlog, rounds. Needs {@code mvn package} first.
 *
 * <p>All figures are taken from outside: the time of a PUT as the S3 server sees it, CPU and memory from {@code /proc}.
 */
public final class DrainBenchmark {
    private static final Path DISTRIBUTION = Path.of("target/kafka-image-transformer/bin/kafka-image-transformer");

    private static final String OURS = "kafka-image-transformer";
    private static final String PLAIN = "plain Java";
    private static final String PLAIN_WITH_OUR_S3_CLIENT = "plain Java, our S3 client";
    private static final List<String> PROGRAMS = List.of(OURS, PLAIN, PLAIN_WITH_OUR_S3_CLIENT);

    private final EmbeddedKafka kafka = EmbeddedKafka.start();
    private final EmbeddedS3 s3;
    private final EmbeddedPredictor predictor = EmbeddedPredictor.start(0, "mnist");
    private final int images;

    private volatile AtomicLongArray putTimes;
    private final AtomicInteger puts = new AtomicInteger();

    /** What one process did. */
    private record Run(
            String program,
            double firstFiled,
            double whole,
            double lastHalf,
            double cpuPerThousand,
            double serversCpuPerThousand,
            long rssMiB,
            double accuracy) {}

    private DrainBenchmark(int images) throws IOException {
        this.images = images;
        putTimes = new AtomicLongArray(images);
        kafka.createTopic("mnist", 1);
        s3 = EmbeddedS3.inMemory()
                .notifying(kafka.bootstrapServers(), "mnist", "mnist")
                .start();
        s3.createBuckets("mnist", "digits");
        s3.observe(call -> {
            if (call.operation() == S3Call.Operation.PUT && call.bucket().equals("digits")) {
                int index = puts.getAndIncrement();
                if (index < putTimes.length()) {
                    putTimes.set(index, System.nanoTime());
                }
            }
        });
    }

    public static void main(String[] args) throws Exception {
        int images = args.length > 0 ? Integer.parseInt(args[0]) : 10_000;
        int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 3;
        new DrainBenchmark(images).run(rounds);
        System.exit(0);
    }

    private void run(int rounds) throws Exception {
        System.out.printf("uploading %,d images%n", images);
        try (S3Client client = s3.client()) {
            for (int i = 0; i < images; i++) {
                String key = i + ".png";
                client.putObject(
                        put -> put.bucket("mnist").key(key).contentType("image/png"),
                        RequestBody.fromBytes(Mnist.png(i % Mnist.size())));
            }
        }
        s3.flushNotifications();
        List<Run> runs = new ArrayList<>();
        // Uncounted: the servers are cold, and whoever comes first would pay for it.
        run(OURS, -1);
        run(PLAIN, -1);
        for (int round = 0; round < rounds; round++) {
            // Another goes first each time, because the servers grow faster with every run.
            for (int i = 0; i < PROGRAMS.size(); i++) {
                runs.add(run(PROGRAMS.get((i + round) % PROGRAMS.size()), round));
            }
        }
        System.out.println(
                "| program | first filed after start, s | images/s | images/s, last half | CPU s per 1,000 | of the servers | RSS MiB | accuracy |");
        System.out.println("|---|---|---|---|---|---|---|---|");
        runs.forEach(run -> System.out.printf(
                Locale.ROOT,
                "| %s | %.2f | %.0f | %.0f | %.2f | %.2f | %d | %.4f |%n",
                run.program,
                run.firstFiled,
                run.whole,
                run.lastHalf,
                run.cpuPerThousand,
                run.serversCpuPerThousand,
                run.rssMiB,
                run.accuracy));
        for (String plain : List.of(PLAIN, PLAIN_WITH_OUR_S3_CLIENT)) {
            System.out.println("of " + plain + ": " + ratios(runs, plain, Run::whole) + "; of the last half "
                    + ratios(runs, plain, Run::lastHalf));
        }
    }

    /** Ours to that of a program, round by round, and the mean's. */
    private static String ratios(List<Run> runs, String program, ToDoubleFunction<Run> rate) {
        double[] ours = rates(runs, OURS, rate);
        double[] theirs = rates(runs, program, rate);
        return IntStream.range(0, ours.length)
                        .mapToObj(i -> String.format(Locale.ROOT, "%.2f", ours[i] / theirs[i]))
                        .collect(Collectors.joining(", "))
                + String.format(
                        Locale.ROOT,
                        ", in all %.3f",
                        Arrays.stream(ours).sum() / Arrays.stream(theirs).sum());
    }

    private static double[] rates(List<Run> runs, String program, ToDoubleFunction<Run> rate) {
        return runs.stream()
                .filter(run -> run.program.equals(program))
                .mapToDouble(rate)
                .toArray();
    }

    private Run run(String program, int round) throws Exception {
        return measure(program, program.equals(OURS) ? List.of(DISTRIBUTION.toString()) : plainCommand(), round);
    }

    /** With the options of the distribution's script, and {@code JAVA_OPTS} as there, so that only the program differs. */
    private List<String> plainCommand() throws IOException {
        List<String> options = Pattern.compile("(?<=[ =])-(XX:|D)[^\\s\"]+(?=\\s)")
                .matcher(Files.readString(DISTRIBUTION))
                .results()
                .map(MatchResult::group)
                .toList();
        List<String> command = new ArrayList<>(List.of(JdkTool.path("java")));
        command.addAll(options);
        Stream.of(System.getenv().getOrDefault("JAVA_OPTS", "").split(" "))
                .filter(option -> !option.isEmpty())
                .forEach(command::add);
        command.addAll(List.of(
                "-cp", System.getProperty("java.class.path"), PlainPipeline.class.getName(), String.valueOf(images)));
        return command;
    }

    private Run measure(String program, List<String> command, int round) throws Exception {
        emptyOutput();
        puts.set(0);
        putTimes = new AtomicLongArray(images);
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(Path.of("target", "drain-" + name(program) + "-" + round + ".log")
                        .toFile());
        builder.environment()
                .putAll(Map.of(
                        "KAFKA_BROKERS", kafka.bootstrapServers(),
                        "EVENTS_GROUP", name(program) + "-" + round,
                        "EVENTS_TOPIC", "mnist",
                        "S3_ENDPOINT", s3.endpoint().toString(),
                        "S3_ACCESS_KEY", s3.accessKey(),
                        "S3_SECRET_KEY", s3.secretKey(),
                        "PREDICTOR_HOST", predictor.hostPort(),
                        "OUTPUT_BUCKET", "digits",
                        "OUR_S3_CLIENT", String.valueOf(program.equals(PLAIN_WITH_OUR_S3_CLIENT)),
                        "JAVA_HOME", System.getProperty("java.home")));
        long start = System.nanoTime();
        double serversCpu = ProcessFigures.cpuSeconds(ProcessHandle.current().pid());
        Process process = builder.start();
        double cpu = 0;
        double rss = 0;
        long deadline = start + Duration.ofMinutes(10).toNanos();
        while (puts.get() < images && System.nanoTime() < deadline && process.isAlive()) {
            cpu = Math.max(cpu, ProcessFigures.cpuSeconds(process.pid()));
            rss = Math.max(rss, ProcessFigures.peakRssMiB(process.pid()));
            TimeUnit.MILLISECONDS.sleep(100);
        }
        serversCpu = ProcessFigures.cpuSeconds(ProcessHandle.current().pid()) - serversCpu;
        process.destroy();
        process.waitFor(30, TimeUnit.SECONDS);
        int filed = Math.min(puts.get(), images);
        if (filed < images) {
            throw new IllegalStateException(program + " filed " + filed + " of " + images);
        }
        long first = putTimes.get(0);
        long middle = putTimes.get(images / 2);
        long last = putTimes.get(images - 1);
        return new Run(
                program,
                (first - start) / 1e9,
                images * 1e9 / (last - first),
                (images - images / 2) * 1e9 / (last - middle),
                cpu * 1_000 / images,
                serversCpu * 1_000 / images,
                Math.round(rss),
                accuracy());
    }

    /** For a file and a consumer group. */
    private static String name(String program) {
        return program.replaceAll("\\W+", "-");
    }

    private void emptyOutput() {
        try (S3Client client = s3.client()) {
            client.listObjectsV2Paginator(list -> list.bucket("digits")).contents().stream()
                    .map(S3Object::key)
                    .toList()
                    .forEach(key -> client.deleteObject(
                            delete -> delete.bucket("digits").key(key)));
        }
    }

    private double accuracy() {
        try (S3Client client = s3.client()) {
            long right = client.listObjectsV2Paginator(list -> list.bucket("digits")).contents().stream()
                    .map(object -> object.key().split("[/.]"))
                    .filter(parts ->
                            Integer.parseInt(parts[0]) == Mnist.truth(Integer.parseInt(parts[1]) % Mnist.size()))
                    .count();
            return (double) right / images;
        }
    }
}
