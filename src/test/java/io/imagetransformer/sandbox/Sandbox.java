package io.imagetransformer.sandbox;

import java.io.PrintStream;
import java.net.BindException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;

import org.apache.camel.CamelContext;
import org.apache.camel.impl.DefaultCamelContext;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.S3Client;

import io.imagetransformer.KafkaImageTransformer;
import io.imagetransformer.config.InvalidSettingException;
import io.imagetransformer.config.Settings;

/**
 * The README's first command: all that the program needs, in one process, and the program itself as it stands in the
 * checkout. {@link SandboxOptions#HELP} tells what it does; it says what it has to say on standard output.
 *
 * <p>Exit codes: 0 after Ctrl-C or, with {@code --once}, when every sample image is filed under the digit on it; 1 where
 * one is not, or where the sandbox cannot start; 2 for wrong options; 130 where Ctrl-C came before the work was done.
 */
public final class Sandbox {
    private static final int CUT_SHORT = 130;
    private static final int KAFKA_PORT = 9092;
    private static final int S3_PORT = 9000;
    private static final int PREDICTOR_PORT = 8081;
    private static final int HTTP_PORT = 8080;
    private static final int MANAGEMENT_PORT = 9876;
    private static final String ACCESS_KEY = "sandbox";
    private static final String SECRET_KEY = "sandbox-secret";

    private final Path home;
    private final SandboxOptions options;
    private final PrintStream out;
    private final Instant begin = Instant.now();
    private final CountDownLatch stop = new CountDownLatch(1);
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile boolean ready;

    /** What is to be closed, in this order. */
    private final Deque<AutoCloseable> running = new ArrayDeque<>();

    private Sandbox(Path home, SandboxOptions options, PrintStream out) {
        this.home = home;
        this.options = options;
        this.out = out;
    }

    public static void main(String[] arguments) {
        // Before anything logs.
        System.setProperty("logback.configurationFile", "logback-sandbox.xml");
        Path home = Path.of(System.getProperty("image-transformer.home", "")).toAbsolutePath();
        System.exit(run(List.of(arguments), home, System.out));
    }

    /** @return the exit code */
    static int run(List<String> arguments, Path home, PrintStream out) {
        SandboxOptions options;
        try {
            options = SandboxOptions.parse(arguments, home);
        } catch (IllegalArgumentException e) {
            out.println("sandbox: " + e.getMessage());
            return 2;
        }
        if (options.help()) {
            out.println(SandboxOptions.HELP);
            return 0;
        }
        Sandbox sandbox = new Sandbox(home, options, out);
        Runtime.getRuntime().addShutdownHook(new Thread(sandbox::toldToStop, "sandbox-stop"));
        return sandbox.run();
    }

    private int run() {
        try {
            return work();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return CUT_SHORT;
        } catch (Exception e) {
            say("sandbox: " + reason(e));
            return 1;
        } finally {
            close();
            closed.countDown();
        }
    }

    private int work() throws Exception {
        SandboxFolder folder = opened(SandboxFolder.open(options.data(), options.fresh()));
        say("Sandbox of kafka-image-transformer: uploaded pictures are filed by the digit on them. Ctrl-C stops it.");
        say("");
        UnaryOperator<String> checkout = settingsOfTheCheckout();
        int kafkaPort = usualOrFree(KAFKA_PORT);
        int s3Port = usualOrFree(S3_PORT);
        String predictorHost =
                options.predictor() == null ? "127.0.0.1:" + usualOrFree(PREDICTOR_PORT) : options.predictor();
        Map<String, String> overrides = overrides(checkout, kafkaPort, s3Port, predictorHost, options.protocol());
        Settings settings = Settings.read(key -> overrides.getOrDefault(key, checkout.apply(key)));

        EmbeddedS3 s3 = startServers(folder, settings, kafkaPort, s3Port, checkout.apply("results.topic"));
        S3Client client = opened(s3.client());
        startProgram(overrides, settings, "true".equals(checkout.apply("management.enabled")));
        String source = sourceBuckets(settings).get(0);
        opened(Inbox.watch(folder.inbox(), folder.uploaded(), client, source, this::say));
        say("  data           " + shown(folder.root()) + ", kept for the next run unless it says --fresh");
        say("  settings       application.properties and routes/ as they stand here, but for");
        overrides.forEach((key, value) -> say("                   " + key + "=" + value));
        ready = true;

        boolean right = file(new Samples(client, source, settings));
        if (options.once()) {
            return stop.getCount() == 0 ? CUT_SHORT : right ? 0 : 1;
        }
        tellHowToGoOn(folder, s3, source, settings.output().bucket());
        stop.await();
        return 0;
    }

    /** As the program will read them: environment, system properties, the file. */
    private UnaryOperator<String> settingsOfTheCheckout() {
        CamelContext context = opened(new DefaultCamelContext());
        Path file = home.resolve("application.properties");
        context.getPropertiesComponent()
                .setLocation("classpath:application.properties" + (Files.exists(file) ? ",file:" + file : ""));
        return key -> context.resolvePropertyPlaceholders("{{" + key + ":}}");
    }

    /** The settings that lead the program here, as far as they differ from the checkout's. */
    private Map<String, String> overrides(
            UnaryOperator<String> checkout,
            int kafkaPort,
            int s3Port,
            String predictorHost,
            @Nullable String protocol) {
        Map<String, String> here = new LinkedHashMap<>();
        here.put("kafka.enabled", "true");
        here.put("kafka.brokers", "127.0.0.1:" + kafkaPort);
        here.put("s3.endpoint", "http://127.0.0.1:" + s3Port);
        here.put("s3.access-key", ACCESS_KEY);
        here.put("s3.secret-key", SECRET_KEY);
        here.put("s3.path-style", "true");
        // Nothing of the sandbox is to reach another store; what is empty is as the settings above.
        here.put("output.s3.endpoint", here.get("s3.endpoint"));
        here.put("output.s3.access-key", ACCESS_KEY);
        here.put("output.s3.secret-key", SECRET_KEY);
        here.put("output.s3.path-style", "true");
        here.put("predictor.host", predictorHost);
        if (protocol != null) {
            here.put("predictor.protocol", protocol);
        }
        here.put("predictor.use-ssl", "false");
        here.put("http.port", String.valueOf(usualOrFree(HTTP_PORT)));
        here.put("http.host", "127.0.0.1");
        here.put("management.port", String.valueOf(usualOrFree(MANAGEMENT_PORT)));
        here.put("camel.management.host", "127.0.0.1");
        here.put("log.images", "true");
        here.entrySet().removeIf(setting -> {
            String value = checkout.apply(setting.getKey());
            boolean derived = setting.getKey().startsWith("output.s3.")
                    || setting.getKey().endsWith("path-style");
            return value.equals(setting.getValue()) || value.isEmpty() && derived;
        });
        here.forEach(Sandbox::refuseStronger);
        return here;
    }

    /** What Camel heeds before any setting of ours would lead the program elsewhere: to a store that is no sandbox. */
    private static void refuseStronger(String key, String value) {
        String variable = key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
        String given = System.getenv(variable);
        if (given != null && !given.equals(value)) {
            throw new IllegalStateException("the environment variable " + variable
                    + " is set and would lead the pipeline out of the sandbox: start it without, as with env -u "
                    + variable);
        }
        String property = System.getProperty(key);
        if (property != null && !property.equals(value)) {
            throw new IllegalStateException("the system property " + key
                    + " is set and would lead the pipeline out of the sandbox: start it without");
        }
    }

    /** The three side by side: each is up after a second or two, and none waits for another to start. */
    private EmbeddedS3 startServers(
            SandboxFolder folder, Settings settings, int kafkaPort, int s3Port, String resultsTopic) throws Exception {
        say("  starting       Kafka broker, S3 server" + (options.predictor() == null ? " and predictor ..." : " ..."));
        ExecutorService starters = Executors.newFixedThreadPool(3);
        Future<EmbeddedKafka> kafka = starters.submit(() -> startKafka(folder, settings, kafkaPort, resultsTopic));
        Future<EmbeddedPredictor> predictor =
                options.predictor() == null ? starters.submit(() -> startPredictor(settings)) : null;
        Future<EmbeddedS3> s3 = starters.submit(() -> startS3(folder, settings, kafkaPort, s3Port));
        starters.shutdown();
        List<Exception> failures = new ArrayList<>();
        collect(kafka, failures);
        if (predictor != null) {
            collect(predictor, failures);
        }
        // Before the broker, so that the last events still reach it.
        EmbeddedS3 started = collect(s3, failures);
        if (started == null || !failures.isEmpty()) {
            throw failures.get(0);
        }
        return started;
    }

    /** Whatever started is to be closed, also where another did not start. */
    private <T extends AutoCloseable> @Nullable T collect(Future<T> starting, List<Exception> failures)
            throws InterruptedException {
        try {
            return opened(starting.get());
        } catch (ExecutionException e) {
            failures.add(e.getCause() instanceof Exception cause ? cause : e);
            return null;
        }
    }

    private EmbeddedKafka startKafka(SandboxFolder folder, Settings settings, int port, String resultsTopic) {
        EmbeddedKafka kafka = EmbeddedKafka.start(port, folder.topics());
        try {
            for (String topic : List.of(settings.events().topic(), resultsTopic)) {
                if (!topic.isEmpty() && !kafka.probe().topicExists(topic)) {
                    kafka.createTopic(topic, 1);
                }
            }
        } catch (RuntimeException e) {
            kafka.close();
            throw e;
        }
        say("  Kafka broker   " + kafka.bootstrapServers() + ", topic "
                + settings.events().topic());
        return kafka;
    }

    private EmbeddedS3 startS3(SandboxFolder folder, Settings settings, int kafkaPort, int port) {
        String[] sources = sourceBuckets(settings).toArray(String[]::new);
        EmbeddedS3 s3 = EmbeddedS3.inFolder(folder.buckets())
                .port(port)
                .credentials(ACCESS_KEY, SECRET_KEY)
                .notifying("127.0.0.1:" + kafkaPort, settings.events().topic(), sources)
                .start();
        s3.createBuckets(sources);
        s3.createBuckets(settings.outputBuckets().toArray(String[]::new));
        say("  S3 server      " + s3.endpoint() + ", access key " + ACCESS_KEY + ", secret key " + SECRET_KEY);
        return s3;
    }

    private EmbeddedPredictor startPredictor(Settings settings) throws Exception {
        String host = settings.predictor().host();
        String model = settings.predictor().modelName();
        int port = Integer.parseInt(host.substring(host.lastIndexOf(':') + 1));
        if (settings.predictor().protocol() == Settings.Protocol.GRPC_V2) {
            EmbeddedPredictor predictor = EmbeddedPredictor.start(0, model);
            say("  predictor      " + predictor.startGrpc(port) + ", gRPC, model " + model);
            return predictor;
        }
        EmbeddedPredictor predictor = EmbeddedPredictor.start(port, model);
        String version = settings.predictor().protocol() == Settings.Protocol.V2 ? "v2" : "v1";
        say("  predictor      " + predictor.url() + "/" + version + "/models/" + model);
        return predictor;
    }

    /** {@code *} allows all but our outputs; then one of the usual name is enough to try it. */
    private static List<String> sourceBuckets(Settings settings) {
        return settings.source().buckets().stream()
                .map(bucket -> bucket.equals("*") ? "mnist" : bucket)
                .toList();
    }

    private void startProgram(Map<String, String> overrides, Settings settings, boolean managed) throws Exception {
        KafkaImageTransformer program = opened(new KafkaImageTransformer(home, overrides));
        ExecutorService starter = Executors.newSingleThreadExecutor();
        Future<?> start = starter.submit(() -> {
            program.start();
            return null;
        });
        starter.shutdown();
        try {
            // It waits for what is missing, and says for what: a person sees that, who called with --once does not.
            start.get(options.once() ? options.within().toMillis() : Long.MAX_VALUE, TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        } catch (TimeoutException e) {
            throw new IllegalStateException(
                    "the pipeline is not ready after " + options.within().toSeconds() + " s");
        }
        String port = overrides.getOrDefault("management.port", String.valueOf(MANAGEMENT_PORT));
        if (settings.http().enabled()) {
            say("  try a picture  curl -H 'Content-Type: image/png' --data-binary @picture.png http://127.0.0.1:"
                    + program.httpPort() + "/v1/models/" + settings.predictor().modelName() + ":predict");
        }
        String observe = "http://127.0.0.1:" + port + "/observe/";
        say("  pipeline       "
                + (managed ? observe + "health, " + observe + "metrics" : "started")
                + String.format(Locale.ROOT, " (up after %.1f s)", millis(begin) / 1_000.0));
    }

    /** Uploads the samples and waits for them; says what is wrong, and returns whether nothing is. */
    private boolean file(Samples samples) throws InterruptedException {
        say("");
        say(samples.count() + " sample images, uploaded now, are filed by what the model sees on them:");
        say("");
        Instant upload = Instant.now();
        samples.upload();
        while (samples.missing() > 0 && millis(upload) < options.within().toMillis()) {
            if (stop.await(100, TimeUnit.MILLISECONDS)) {
                return false;
            }
        }
        List<String> complaints = samples.complaints();
        say("");
        complaints.forEach(this::say);
        String which = complaints.isEmpty()
                ? "All " + samples.count() + " are filed"
                : complaints.size() + " of " + samples.count() + " are not filed";
        say(String.format(
                Locale.ROOT,
                "%s under the digit that they show, %.1f s after the upload began.",
                which,
                millis(upload) / 1_000.0));
        return complaints.isEmpty();
    }

    private void tellHowToGoOn(SandboxFolder folder, EmbeddedS3 s3, String source, String output) {
        say("");
        say("Filed images:  " + shown(folder.buckets().resolve(output)));
        say("Your own:      put a picture, a dark digit on a bright ground, into " + shown(folder.inbox()));
        say("or upload it:  curl --aws-sigv4 aws:amz:us-east-1:s3 --user " + ACCESS_KEY + ":" + SECRET_KEY
                + " -H 'x-amz-content-sha256: UNSIGNED-PAYLOAD' -T my-digit.png " + s3.endpoint() + "/" + source + "/");
        say("               (curl 7.87 or newer)");
        say("");
    }

    /** Ctrl-C or SIGTERM. */
    private void toldToStop() {
        if (closed.getCount() == 0) {
            return;
        }
        int status = CUT_SHORT;
        if (ready) {
            say("");
            say("stopping ...");
            stop.countDown();
            try {
                closed.await();
                status = options.once() ? CUT_SHORT : 0;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        say("stopped");
        out.flush();
        // Half-started parts are left as they are: their data outlives that, as it outlives a kill.
        Runtime.getRuntime().halt(status);
    }

    private synchronized <T extends AutoCloseable> T opened(T part) {
        running.push(part);
        return part;
    }

    /** The last that was opened first. */
    private synchronized void close() {
        while (!running.isEmpty()) {
            try {
                running.pop().close();
            } catch (Exception e) {
                say("sandbox: " + reason(e));
            }
        }
    }

    private int usualOrFree(int port) {
        return !options.freePorts() && LoopbackPorts.isFree(port) ? port : LoopbackPorts.free();
    }

    private static long millis(Instant since) {
        return Duration.between(since, Instant.now()).toMillis();
    }

    private String shown(Path path) {
        Path here = Path.of("").toAbsolutePath();
        return (path.startsWith(here) ? here.relativize(path) : path).toString();
    }

    private void say(String line) {
        out.println(line);
    }

    /** One line for a person: a message that was written for one, else the innermost cause. */
    private static String reason(Throwable thrown) {
        Throwable told = thrown;
        while (!isPlain(told) && told.getCause() != null && told.getCause() != told) {
            told = told.getCause();
        }
        return isPlain(told) ? told.getMessage() : told.toString();
    }

    private static boolean isPlain(Throwable thrown) {
        return thrown instanceof InvalidSettingException
                || thrown instanceof IllegalStateException
                || thrown instanceof BindException;
    }
}
