package io.imagetransformer;

import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;

import org.apache.camel.CamelContext;
import org.apache.camel.main.Main;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.imagetransformer.camel.KafkaWatch;
import io.imagetransformer.camel.Prerequisites;
import io.imagetransformer.camel.Wiring;
import io.imagetransformer.config.InvalidSettingException;
import io.imagetransformer.config.KServeArguments;
import io.imagetransformer.config.SettingSources;
import io.imagetransformer.config.Settings;
import io.imagetransformer.delivery.Outages;
import io.imagetransformer.image.OpenCv;

/**
 * The program: Camel Main with the routes of {@code routes/*.camel.yaml} and the settings of
 * {@code application.properties}, both taken from the folder {@code image-transformer.home} (a system property; the
 * start script sets it; else the working directory).
 *
 * <p>Exit codes: 0 after SIGTERM or SIGINT, 1 where the start failed, with one line that says why.
 */
public final class KafkaImageTransformer implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(KafkaImageTransformer.class);
    private static final String SHIPPED_SETTINGS = "application.properties";

    private final Path home;
    private final Main main = new Main();
    private final CountDownLatch stopped = new CountDownLatch(1);

    private final Map<String, String> arguments;

    /**
     * @param home holds {@code routes} and {@code application.properties}
     * @param arguments settings that win over environment and file
     */
    public KafkaImageTransformer(Path home, Map<String, String> arguments) {
        this.home = home;
        this.arguments = Map.copyOf(arguments);
    }

    public static void main(String[] arguments) {
        Path home = Path.of(System.getProperty("image-transformer.home", "")).toAbsolutePath();
        KServeArguments kserve = KServeArguments.parse(arguments);
        if (!kserve.ignored().isEmpty()) {
            LOGGER.warn("arguments ignored, they mean nothing here: {}", String.join(" ", kserve.ignored()));
        }
        System.exit(new KafkaImageTransformer(home, kserve.settings()).run());
    }

    /** Runs until the process is told to stop. */
    int run() {
        // Not Camel's own hook: it ends the process with 143, and whoever stops us politely is to see 0.
        Runtime.getRuntime().addShutdownHook(new Thread(this::stopped, "shutdown"));
        try {
            start();
            stopped.await();
            return 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 0;
        } catch (Exception e) {
            LOGGER.error("cannot start: {}", reason(e));
            LOGGER.debug("cannot start", e);
            close();
            return 1;
        }
    }

    private void stopped() {
        if (stopped.getCount() > 0
                && main.getCamelContext() != null
                && main.getCamelContext().isStarted()) {
            stopped.countDown();
            close();
            LOGGER.info("stopped");
            Runtime.getRuntime().halt(0);
        }
    }

    /** Starts the routes, then, as soon as all that they need is there, the intake. */
    public void start() throws Exception {
        SettingSources sources = settingSources();
        sources.refuseUnknownKeys();
        CompletableFuture<Void> natives = CompletableFuture.runAsync(OpenCv::load);
        sources.overrides(arguments).forEach(main::addOverrideProperty);
        main.setPropertyPlaceholderLocations(settingsLocations());
        main.configure().setRoutesIncludePattern("file:" + home.resolve("routes") + "/*.camel.yaml");
        main.addMainListener(new Wiring(version()));
        main.start();
        natives.get();
        CamelContext context = main.getCamelContext();
        Settings settings = context.getRegistry().lookupByNameAndType("settings", Settings.class);
        LOGGER.info(
                "{} {}: events of topic {} at {}, images from {} of {}, model {} at {} ({}), filed in {}/{}",
                context.getName(),
                version(),
                settings.events().topic(),
                settings.kafka().brokers(),
                settings.source().buckets(),
                settings.sourceStore(),
                settings.predictor().modelName(),
                settings.predictor().host(),
                settings.predictor().protocol(),
                settings.output().bucket(),
                settings.output().keyLayout());
        new Prerequisites(context, settings).await();
        if (settings.kafka().enabled() && context.isStarted()) {
            context.getRouteController().startRoute("intake");
            context.addService(new KafkaWatch(
                    context, settings, context.getRegistry().lookupByNameAndType("outages", Outages.class)));
            LOGGER.info("ready, {} s after start", String.format("%.1f", uptimeSeconds()));
        }
    }

    /** Of two places that have a key, Camel takes the first. */
    private String settingsLocations() {
        String shipped = "classpath:" + SHIPPED_SETTINGS;
        Path own = home.resolve(SHIPPED_SETTINGS);
        return Files.exists(own) ? "file:" + own + "," + shipped : shipped;
    }

    private SettingSources settingSources() throws IOException {
        Properties shipped = new Properties();
        try (InputStream in = KafkaImageTransformer.class.getResourceAsStream("/" + SHIPPED_SETTINGS)) {
            shipped.load(in);
        }
        Properties own = new Properties();
        if (Files.exists(home.resolve(SHIPPED_SETTINGS))) {
            try (Reader in = Files.newBufferedReader(home.resolve(SHIPPED_SETTINGS), StandardCharsets.UTF_8)) {
                own.load(in);
            }
        }
        Map<String, String> systemProperties = System.getProperties().stringPropertyNames().stream()
                .collect(Collectors.toMap(key -> key, System::getProperty));
        return new SettingSources(
                shipped.stringPropertyNames(), own.stringPropertyNames(), systemProperties, System.getenv());
    }

    /** Finishes the batch in hand, commits, leaves the group. */
    @Override
    public void close() {
        main.stop();
    }

    private static double uptimeSeconds() {
        return ManagementFactory.getRuntimeMXBean().getUptime() / 1_000.0;
    }

    private static String version() {
        return Optional.ofNullable(KafkaImageTransformer.class.getPackage().getImplementationVersion())
                .orElse("development");
    }

    /** One line: a setting's own message, else the innermost cause. */
    private static String reason(Throwable thrown) {
        Throwable root = thrown;
        while (!(root instanceof InvalidSettingException) && root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        String message = root instanceof InvalidSettingException || root instanceof IllegalArgumentException
                ? root.getMessage()
                : root.getClass().getSimpleName() + ": " + root.getMessage();
        // A mistake in a YAML file is told with the lines around it.
        return message.lines()
                .map(String::strip)
                .collect(Collectors.joining(" "))
                .strip();
    }
}
