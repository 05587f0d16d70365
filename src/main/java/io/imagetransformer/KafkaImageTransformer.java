package io.imagetransformer;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;

import org.apache.camel.CamelContext;
import org.apache.camel.FailedToCreateRouteException;
import org.apache.camel.NoSuchBeanException;
import org.apache.camel.PropertyBindingException;
import org.apache.camel.main.Main;
import org.apache.camel.util.StringHelper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.imagetransformer.camel.HttpDoorServer;
import io.imagetransformer.camel.KafkaWatch;
import io.imagetransformer.camel.Prerequisites;
import io.imagetransformer.camel.Readiness;
import io.imagetransformer.camel.RouteNames;
import io.imagetransformer.command.CommandFailure;
import io.imagetransformer.config.InvalidSettingException;
import io.imagetransformer.config.KServeArguments;
import io.imagetransformer.config.Settings;
import io.imagetransformer.delivery.Outages;
import io.imagetransformer.image.OpenCv;
import io.imagetransformer.image.OpenCvUnusable;
import io.imagetransformer.serve.Admission;

/**
 * The program: Camel Main with the routes of {@code routes/*.camel.yaml} and the settings of
 * {@code application.properties}, both taken from the folder {@code image-transformer.home} (a system property; the
 * start script sets it; else the working directory).
 *
 * <p>Exit codes: 0 after SIGTERM or SIGINT, 1 where the start failed, with one line that says why.
 */
public final class KafkaImageTransformer implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(KafkaImageTransformer.class);

    /** A door that nobody used for so long needs no drain. */
    private static final Duration BUSY = Duration.ofSeconds(30);

    /** Of stop.grace, to say so and to end. */
    private static final Duration LAST_STEP = Duration.ofSeconds(1);

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
        KServeArguments kserve = KServeArguments.parse(arguments);
        if (!kserve.ignored().isEmpty()) {
            LOGGER.warn("arguments ignored, they mean nothing here: {}", String.join(" ", kserve.ignored()));
        }
        System.exit(new KafkaImageTransformer(ProgramFolder.ofThisProcess().home(), kserve.settings()).run());
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
            stopped.countDown();
            close();
            return 1;
        }
    }

    private void stopped() {
        if (stopped.getCount() == 0) {
            return; // it ends by itself, with an exit code of its own
        }
        stopped.countDown();
        CamelContext context = main.getCamelContext();
        // One that is still on its way up has taken nothing in hand.
        if (context != null && context.isStarted()) {
            closeWithin(context.getRegistry()
                    .lookupByNameAndType("settings", Settings.class)
                    .stopGrace()
                    .minus(LAST_STEP));
        }
        LOGGER.info("stopped");
        Runtime.getRuntime().halt(0);
    }

    /** A neighbour that hangs may hold up a client's end for longer than the platform waits before it kills. */
    private void closeWithin(Duration limit) {
        Thread closing = new Thread(this::close, "close");
        closing.setDaemon(true);
        closing.start();
        try {
            closing.join(limit.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (closing.isAlive()) {
            LOGGER.warn("not all is closed within stop.grace; what is not committed comes again");
        }
    }

    /** Starts the routes, then, as soon as all that they need is there, the intake. */
    public void start() throws Exception {
        ProgramFolder folder = new ProgramFolder(home);
        folder.configure(main, arguments);
        CompletableFuture<Void> natives = CompletableFuture.runAsync(OpenCv::load);
        main.configure().setRoutesIncludePattern(folder.routesPattern());
        main.init();
        RouteNames.requireServed(main.getCamelContext());
        main.start();
        natives.get();
        CamelContext context = main.getCamelContext();
        Settings settings = context.getRegistry().lookupByNameAndType("settings", Settings.class);
        LOGGER.info(
                "{} {}: {}, images from {} of {}, model {} at {} ({}), filed in {}/{}",
                context.getName(),
                ProgramFolder.version(),
                doors(context, settings),
                settings.source().buckets(),
                settings.sourceStore(),
                settings.predictor().modelName(),
                settings.predictor().host(),
                settings.predictor().protocol(),
                settings.output().bucket(),
                settings.output().keyLayout());
        Prerequisites prerequisites = new Prerequisites(context, settings);
        bean(Readiness.class).starting(prerequisites::waitsFor);
        prerequisites.await();
        if (!context.isStarted()) {
            return;
        }
        if (settings.kafka().enabled()) {
            context.getRouteController().startRoute("intake");
            context.addService(new KafkaWatch(context, settings, bean(Outages.class)));
        }
        bean(Readiness.class).started(prerequisites::missing);
        LOGGER.info("ready, {} s after start", String.format("%.1f", uptimeSeconds()));
    }

    private static String doors(CamelContext context, Settings settings) {
        List<String> doors = new ArrayList<>();
        if (settings.kafka().enabled()) {
            doors.add("events of topic " + settings.events().topic() + " at "
                    + settings.kafka().brokers());
        }
        if (settings.http().enabled()) {
            HttpDoorServer server = context.hasService(HttpDoorServer.class);
            doors.add((doors.isEmpty() ? "events" : "and") + " over HTTP on port " + server.getPort());
        }
        if (doors.isEmpty()) {
            LOGGER.warn("no image can come: kafka.enabled=false and http.enabled=false; set one of them to true");
            return "no door is open";
        }
        return String.join(" ", doors);
    }

    private <T> T bean(Class<T> type) {
        return main.getCamelContext().getRegistry().findSingleByType(type);
    }

    /** The port of the HTTP door, also where {@code http.port} is 0. */
    public int httpPort() {
        return bean(HttpDoorServer.class).getPort();
    }

    /** Finishes the batch and the requests in hand, commits, leaves the group. */
    @Override
    public void close() {
        if (main.getCamelContext() != null) {
            drain(main.getCamelContext());
        }
        main.stop();
    }

    /** Whoever sends requests here must notice that we go before they are turned away. */
    private void drain(CamelContext context) {
        Readiness readiness = bean(Readiness.class);
        Admission admission = bean(Admission.class);
        if (readiness == null || admission == null) {
            return; // the start failed before there were any
        }
        readiness.stopping();
        Duration drain = context.getRegistry()
                .lookupByNameAndType("settings", Settings.class)
                .http()
                .drain();
        if (admission.wasBusyWithin(BUSY)) {
            try {
                Thread.sleep(drain.toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        admission.close();
        bean(HttpDoorServer.class)
                .answerAllWithin(
                        Duration.ofSeconds(context.getShutdownStrategy().getTimeout())
                                .multipliedBy(9)
                                .dividedBy(10));
    }

    private static double uptimeSeconds() {
        return ManagementFactory.getRuntimeMXBean().getUptime() / 1_000.0;
    }

    /**
     * One line: what we worded ourselves as it is, else the innermost cause, and the route that it stands in. Never the
     * value of a setting of Camel's, which may be a password.
     */
    static String reason(Throwable thrown) {
        Throwable root = thrown;
        String place = "";
        while (!isOurs(root) && !isOption(root) && root.getCause() != null && root.getCause() != root) {
            if (root instanceof FailedToCreateRouteException failed) {
                place = "route " + failed.getRouteId() + ": ";
            }
            root = root.getCause();
        }
        // A mistake in a YAML file is told with the lines around it.
        return (place + message(root))
                .lines()
                .map(String::strip)
                .collect(Collectors.joining(" "))
                .strip();
    }

    private static String message(Throwable root) {
        if (root instanceof PropertyBindingException binding) {
            String option = binding.getOptionKey() == null
                    ? binding.getPropertyName()
                    : binding.getOptionPrefix() + StringHelper.camelCaseToDash(binding.getOptionKey());
            return option + " is no option of Camel's, or does not take its value: correct the name or the value";
        }
        if (isOurs(root)) {
            return String.valueOf(root.getMessage());
        }
        // Of a placeholder that no key has, Camel repeats the whole text around it.
        String message = String.valueOf(root.getMessage()).replaceFirst("(?s) from text: .*", "");
        return root instanceof IllegalArgumentException
                ? message
                : root.getClass().getSimpleName() + ": " + message;
    }

    /** Message and cause hold the option's value. The name of a bean that a route wants is no secret. */
    private static boolean isOption(Throwable thrown) {
        return thrown instanceof PropertyBindingException binding
                && (binding.getOptionKey() != null || !(binding.getCause() instanceof NoSuchBeanException));
    }

    private static boolean isOurs(Throwable thrown) {
        return thrown instanceof InvalidSettingException
                || thrown instanceof CommandFailure
                || thrown instanceof OpenCvUnusable
                || thrown instanceof PermanentFailure
                || thrown instanceof TransientFailure;
    }
}
