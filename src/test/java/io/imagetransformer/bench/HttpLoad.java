package io.imagetransformer.bench;

import java.io.IOException;
import java.time.Duration;
import java.time.LocalTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import io.imagetransformer.packaged.PackagedProgram;
import io.imagetransformer.pipeline.Door;
import io.imagetransformer.pipeline.RawConnection;
import io.imagetransformer.sandbox.EmbeddedPredictor;
import io.imagetransformer.sandbox.EmbeddedS3;
import io.imagetransformer.sandbox.GeneratedObjects;
import io.imagetransformer.sandbox.LoopbackPorts;
import io.imagetransformer.sandbox.Mnist;
import io.imagetransformer.sandbox.PredictorBehaviour.Answer;
import io.imagetransformer.sandbox.ProcessFigures;

/**
 * Requests from many clients at once at the HTTP door, each for another image; and whether each answer, and each copy,
 * belongs to its request. Needs Linux and {@code mvn package} first; arguments of the program: requests, clients.
 *
 * <p>Image {@code n} is a digit of MNIST with {@code n} written into its first row, and lies nowhere: the S3 server makes
 * it when it is read, and compares what is filed with it. The predictor answers with a digest of the floats that it got, as
 * label and probabilities, so that an answer tells which image it is of. So memory stays bounded, whatever the number.
 */
public final class HttpLoad implements GeneratedObjects {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String SOURCE = "mnist";
    private static final String OUTPUT = "digits";
    private static final String FOLDER = "many/";

    /** How many bits of its number an image shows: 16 million images. */
    private static final int MARK = 24;

    /** The first so many mistakes are kept; after them the run ends. */
    private static final int ENOUGH_MISTAKES = 20;

    /** Of each image, in bytes: they are not compressed. */
    private static final int SIZE = Mnist.png(0).length;

    private static final long FNV_PRIME = 0x100000001b3L;
    private static final int CLASSES = 10;

    private final int requests;
    private final int clients;
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicInteger answered = new AtomicInteger();
    private final BitSet filed = new BitSet();
    private final Queue<String> mistakes = new ConcurrentLinkedQueue<>();
    private final long[] nanos;

    /**
     * What came of it.
     *
     * @param mistakes one line each; none where every answer belonged to its request and every image was filed
     */
    public record Result(
            int requests,
            int clients,
            double perSecond,
            double median,
            double p99,
            double longest,
            List<String> mistakes) {
        /** For a person; times in milliseconds. */
        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "%,d requests of %d clients: %.0f/s; an answer after %.0f ms (median), %.0f ms (p99), %.0f ms (longest);"
                            + " %d mistakes",
                    requests,
                    clients,
                    perSecond,
                    median,
                    p99,
                    longest,
                    mistakes.size());
        }
    }

    public HttpLoad(int requests, int clients) {
        this.requests = requests;
        this.clients = clients;
        this.nanos = new long[requests];
    }

    public static void main(String[] args) throws Exception {
        int requests = Integer.parseInt(args[0]);
        int clients = Integer.parseInt(args[1]);
        int port = LoopbackPorts.free();
        HttpLoad load = new HttpLoad(requests, clients);
        try (EmbeddedS3 s3 = EmbeddedS3.inMemory().start();
                EmbeddedPredictor predictor = EmbeddedPredictor.start(0, "mnist")) {
            s3.createBuckets(SOURCE, OUTPUT);
            load.standBehind(s3, predictor);
            try (PackagedProgram program = PackagedProgram.start(
                    PackagedProgram.DISTRIBUTION,
                    settings(s3, clients),
                    "--model_name",
                    "mnist",
                    "--predictor_host",
                    predictor.hostPort(),
                    "--http_port",
                    String.valueOf(port))) {
                program.awaitReady();
                load.report(program, load.run(port, predictor));
                program.terminate();
                program.awaitExit(PATIENCE);
            }
        }
        System.exit(load.mistakes.isEmpty() ? 0 : 1);
    }

    private static Map<String, String> settings(EmbeddedS3 s3, int clients) {
        Map<String, String> settings = new HashMap<>(Map.of(
                "kafka.enabled", "false",
                "management.enabled", "false",
                "s3.endpoint", s3.endpoint().toString(),
                "s3.access-key", s3.accessKey(),
                "s3.secret-key", s3.secretKey(),
                "output.key", "digit-{label}/{key}",
                "http.max-concurrency", String.valueOf(clients)));
        String javaOptions = System.getProperty("http-load.java-options", "");
        if (!javaOptions.isBlank()) {
            settings.put("java.opts", javaOptions);
        }
        return settings;
    }

    private void report(PackagedProgram program, Result result) {
        long ours = ProcessHandle.current().pid();
        System.out.println(result);
        System.out.printf(
                Locale.ROOT,
                "CPU s per 1,000 requests: program %.2f, servers and clients %.2f; memory: program %.0f MiB, servers and"
                        + " clients %.0f MiB%n",
                ProcessFigures.cpuSeconds(program.pid()) * 1_000 / requests,
                ProcessFigures.cpuSeconds(ours) * 1_000 / requests,
                ProcessFigures.peakRssMiB(program.pid()),
                ProcessFigures.peakRssMiB(ours));
        result.mistakes().forEach(System.out::println);
        System.out.printf(
                Locale.ROOT,
                "for docs/benchmarks.md:%n| %,d | %d | %.0f | %.0f | %.0f | %.0f | %d | %.2f | %.2f | %.0f |%n",
                requests,
                clients,
                result.perSecond(),
                result.median(),
                result.p99(),
                result.longest(),
                result.mistakes().size(),
                ProcessFigures.cpuSeconds(program.pid()) * 1_000 / requests,
                ProcessFigures.cpuSeconds(ours) * 1_000 / requests,
                ProcessFigures.peakRssMiB(program.pid()));
    }

    /** From now on the S3 server has the images, and the predictor tells their digests. */
    public void standBehind(EmbeddedS3 s3, EmbeddedPredictor predictor) {
        s3.generate(this);
        predictor.behave(call -> Answer.json(
                200,
                call.instances().stream()
                        .map(instance -> prediction(digest(instance)))
                        .collect(Collectors.joining(",", "{\"predictions\":[", "]}"))));
    }

    /** Sends all requests; tells its progress every ten seconds. */
    public Result run(int port, EmbeddedPredictor predictor) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(clients);
        List<Future<?>> running = new ArrayList<>();
        long begin = System.nanoTime();
        for (int client = 0; client < clients; client++) {
            running.add(threads.submit(() -> {
                ask(port);
                return null;
            }));
        }
        threads.shutdown();
        int before = 0;
        while (!threads.awaitTermination(10, TimeUnit.SECONDS)) {
            // It remembers each request, for tests that look at them.
            predictor.forget();
            int now = answered.get();
            System.out.printf(
                    Locale.ROOT,
                    "%s %,d of %,d answered, %d/s%n",
                    LocalTime.now().truncatedTo(ChronoUnit.SECONDS),
                    now,
                    requests,
                    (now - before) / 10);
            before = now;
        }
        double seconds = (System.nanoTime() - begin) / 1e9;
        for (Future<?> client : running) {
            client.get();
        }
        Arrays.sort(nanos);
        return new Result(
                requests,
                clients,
                answered.get() / seconds,
                nanos[requests / 2] / 1e6,
                nanos[(int) (requests * 99L / 100)] / 1e6,
                nanos[requests - 1] / 1e6,
                List.copyOf(mistakes));
    }

    private void ask(int port) throws IOException {
        try (RawConnection connection = new RawConnection(port)) {
            for (int n = next.getAndIncrement();
                    n < requests && mistakes.size() < ENOUGH_MISTAKES;
                    n = next.getAndIncrement()) {
                String request = request(n);
                long sent = System.nanoTime();
                String answer = connection.send(request).answer();
                nanos[n] = System.nanoTime() - sent;
                answered.incrementAndGet();
                String expected = "200 {\"predictions\":[" + prediction(digest(image(n))) + "]}";
                if (!answer.equals(expected)) {
                    mistakes.add("request " + n + " was answered " + answer + ", not " + expected);
                } else if (!isFiled(n)) {
                    mistakes.add("request " + n + " was answered before its image was filed");
                }
            }
        }
    }

    /** In turn as KServe's router passes on a user's, and as Knative's KafkaSource sends a record. */
    private static String request(int n) {
        String body = "{\"EventName\":\"s3:ObjectCreated:Put\",\"Key\":\"mnist/" + key(n)
                + "\",\"Records\":[{\"eventVersion\":\"2.0\","
                + "\"eventSource\":\"minio:s3\",\"eventTime\":\"2026-11-22T08:55:07.400Z\",\"eventName\":"
                + "\"s3:ObjectCreated:Put\",\"s3\":{\"bucket\":{\"name\":\"mnist\"},\"object\":{\"key\":\""
                + key(n).replace("/", "%2F") + "\",\"size\":" + SIZE + "}}}]}";
        StringBuilder head = new StringBuilder("POST /v1/models/mnist:predict HTTP/1.1\r\nHost: mnist.default\r\n");
        if (n % 2 == 0) {
            head.append("Content-Type: application/json\r\n");
        } else {
            Door.KAFKA_SOURCE.forEach((name, value) ->
                    head.append(name).append(": ").append(value).append("\r\n"));
        }
        return head.append("Content-Length: ").append(body.length()).append("\r\n\r\n") + body;
    }

    private static String key(int n) {
        return FOLDER + n + ".png";
    }

    /** The number of an image; -1 where the key is of none of ours. */
    private static int number(String key) {
        String number = key.replaceFirst(".*" + FOLDER, "").replace(".png", "");
        return key.contains(FOLDER) && number.matches("\\d{1,8}") ? Integer.parseInt(number) : -1;
    }

    /** The pixels of image {@code n}, black ink on white. */
    private static byte[] image(int n) {
        byte[] pixels = Mnist.pixels(n % Mnist.size());
        for (int bit = 0; bit < MARK; bit++) {
            pixels[bit] = (byte) ((n >>> bit & 1) == 1 ? 0 : 255);
        }
        return pixels;
    }

    /** Of what the predictor is to get for these pixels. */
    private static long digest(byte[] pixels) {
        float[] instance = new float[pixels.length];
        for (int i = 0; i < instance.length; i++) {
            instance[i] = (float) ((255 - (pixels[i] & 255)) / 255.0);
        }
        return digest(instance);
    }

    /** FNV-1a over the floats' bits, then spread: images that differ in a bit differ in many. */
    private static long digest(float[] instance) {
        long digest = 0xcbf29ce484222325L;
        for (float value : instance) {
            digest = (digest ^ Float.floatToIntBits(value)) * FNV_PRIME;
        }
        digest = (digest ^ digest >>> 32) * FNV_PRIME;
        return digest ^ digest >>> 29;
    }

    private static int label(long digest) {
        return (int) Math.floorMod(digest, (long) CLASSES);
    }

    /** Sixty bits of the digest as ten numbers from 0 to 1, and its label. */
    private static String prediction(long digest) {
        StringBuilder json = new StringBuilder("{\"predictions\":[");
        for (int i = 0; i < CLASSES; i++) {
            json.append(i == 0 ? "" : ",").append((digest >>> 6 * i & 63) / 64.0);
        }
        return json.append("],\"classes\":").append(label(digest)).append('}').toString();
    }

    @Override
    public byte @Nullable [] read(String bucket, String key) {
        int n = number(key);
        return n < 0 || !bucket.equals(SOURCE) ? null : Mnist.png(image(n));
    }

    @Override
    public boolean write(String bucket, String key, byte[] content) {
        int n = number(key);
        if (n < 0) {
            return false;
        }
        byte[] image = image(n);
        String expected = "digit-" + label(digest(image)) + "/" + key(n);
        if (!bucket.equals(OUTPUT) || !key.equals(expected) || !Arrays.equals(content, Mnist.png(image))) {
            mistakes.add("filed as " + bucket + "/" + key + ", " + content.length + " bytes: expected " + expected);
        }
        synchronized (filed) {
            filed.set(n);
        }
        return true;
    }

    private boolean isFiled(int n) {
        synchronized (filed) {
            return filed.get(n);
        }
    }
}
