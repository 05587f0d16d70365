package io.imagetransformer.sandbox;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Exit;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A real Kafka broker (KRaft, broker and controller in one) inside this JVM, on 127.0.0.1 alone, without
 * authentication (but at a {@link Listener} that asks for it). It is up when {@code start} returns; that takes two to three seconds,
 * and six more where the process before it on the same folder was killed.
 *
 * <p>It creates no topic by itself. {@link #stop} and {@link #startAgain} make an outage: same port, same data.
 *
 * <p>{@code Formatter}, {@code KafkaRaftServer} and {@code KafkaConfig} are public classes of the broker but no
 * supported API, so nothing outside this class names them. They are those of Kafka 3.9.
 *
 * <p>Not safe for use by several threads at once.
 */
public final class EmbeddedKafka implements AutoCloseable {

    /**
     * One more way in beside the plain one, for clients that must encrypt or tell who they are.
     *
     * @param name in capitals
     * @param protocol Kafka's: {@code SSL}, {@code SASL_SSL} or {@code SASL_PLAINTEXT}
     * @param settings the broker's for this listener, without {@code listener.name.<name>.}
     */
    public record Listener(String name, String protocol, Map<String, String> settings) {}

    private static final Logger LOGGER = LoggerFactory.getLogger(EmbeddedKafka.class);
    private static final int NODE_ID = 1;
    private static final int ATTEMPTS_ON_ANY_PORT = 5;

    static {
        // A broker that meets a fault ends its process: here that would be the test runner, without a word.
        Exit.setExitProcedure(EmbeddedKafka::refuseToEndTheJvm);
        Exit.setHaltProcedure(EmbeddedKafka::refuseToEndTheJvm);
    }

    private final Path dataFolder;
    private final boolean temporary;
    private final FileChannel lockFile;
    private final int port;
    private final int portBehindProxy = LoopbackPorts.free();
    private final KafkaTopicProbe probe;
    private final Map<Listener, Integer> moreListeners = new LinkedHashMap<>();
    private @Nullable FaultProxy proxy;
    private @Nullable KafkaRaftServer server;

    private EmbeddedKafka(
            Path dataFolder, boolean temporary, FileChannel lockFile, int port, Listener... moreListeners) {
        for (Listener listener : moreListeners) {
            this.moreListeners.put(listener, LoopbackPorts.free());
        }
        this.dataFolder = dataFolder;
        this.temporary = temporary;
        this.lockFile = lockFile;
        this.port = port;
        this.probe = new KafkaTopicProbe("127.0.0.1:" + port);
    }

    /** Starts a broker on any free port, with data in a temporary folder that {@link #close} deletes. */
    public static EmbeddedKafka start(Listener... moreListeners) {
        return start(0, null, moreListeners);
    }

    /**
     * @param port the port to listen on, or 0 for any free one
     * @param dataFolder where topics and offsets persist between runs (created if absent); null for a temporary folder
     *     that {@link #close} deletes
     * @throws IllegalStateException where the port is in use, another process uses the folder, or the broker does not
     *     start; nothing is left running then
     */
    public static EmbeddedKafka start(int port, @Nullable Path dataFolder, Listener... moreListeners) {
        for (int attempt = 1; ; attempt++) {
            int claimed = LoopbackPorts.claim(port, "The Kafka broker");
            try {
                return startOn(claimed, dataFolder, moreListeners);
            } catch (IllegalStateException e) {
                boolean lostTheRaceForAFreePort = port == 0 && !LoopbackPorts.isFree(claimed);
                if (!lostTheRaceForAFreePort || attempt == ATTEMPTS_ON_ANY_PORT) {
                    throw e;
                }
            }
        }
    }

    private static EmbeddedKafka startOn(int port, @Nullable Path dataFolder, Listener... moreListeners) {
        boolean temporary = dataFolder == null;
        EmbeddedKafka kafka;
        try {
            Path folder = temporary
                    ? Files.createTempDirectory("embedded-kafka-")
                    : Files.createDirectories(dataFolder.toAbsolutePath());
            kafka = new EmbeddedKafka(folder, temporary, lock(folder), port, moreListeners);
        } catch (IOException e) {
            throw new UncheckedIOException("The Kafka broker cannot use its data folder " + dataFolder, e);
        }
        try {
            kafka.startAgain();
            return kafka;
        } catch (RuntimeException e) {
            kafka.close();
            throw e;
        }
    }

    /**
     * Kafka's own lock comes too late: by then the second broker has touched the data of the first, which wedges.
     *
     * @return the open file that holds the lock
     */
    private static FileChannel lock(Path folder) throws IOException {
        FileChannel file =
                FileChannel.open(folder.resolve("in-use.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        @Nullable FileLock lock;
        try {
            lock = file.tryLock();
        } catch (OverlappingFileLockException heldByThisProcess) {
            lock = null;
        }
        if (lock == null) {
            file.close();
            throw new IllegalStateException("The Kafka broker cannot start: another broker uses the data folder "
                    + folder + ". Stop that one, or give another folder.");
        }
        return file;
    }

    /** {@code 127.0.0.1:port}; the same before and after an outage. */
    public String bootstrapServers() {
        return "127.0.0.1:" + port;
    }

    /** Where one of the other listeners is. */
    public String bootstrapServers(Listener listener) {
        return "127.0.0.1:" + moreListeners.get(listener);
    }

    public int port() {
        return port;
    }

    /**
     * A way to the broker that can be spoilt, beside {@link #bootstrapServers}: the broker's metadata leads whoever came
     * by it back to it.
     */
    public FaultProxy proxy() {
        if (proxy == null) {
            boolean wasRunning = isRunning();
            stop();
            proxy = FaultProxy.before("127.0.0.1", portBehindProxy);
            if (wasRunning) {
                startAgain();
            }
        }
        return proxy;
    }

    /** Reads and writes topics of this broker; closed with it, usable again after an outage. */
    public KafkaTopicProbe probe() {
        return probe;
    }

    /** Creates a topic and returns when it can be used. */
    public void createTopic(String name, int partitions) {
        probe.createTopic(name, partitions);
    }

    /** Whether the broker is up, that is: not between {@link #stop} and {@link #startAgain}. */
    public boolean isRunning() {
        return server != null;
    }

    /** Begins an outage: clients see refused connections. The data stays. Does nothing when stopped already. */
    public void stop() {
        KafkaRaftServer running = server;
        server = null;
        if (running != null) {
            running.shutdown();
            running.awaitShutdown();
        }
    }

    /**
     * Ends an outage: the same topics, offsets and port.
     *
     * @throws IllegalStateException where it is running, or where something else has taken the port
     */
    public void startAgain() {
        if (server != null) {
            throw new IllegalStateException("the Kafka broker is running already");
        }
        LoopbackPorts.claim(port, "The Kafka broker");
        startBroker();
    }

    /** As {@link #startAgain}, without a look at the port before: a broker may also fail half-way. */
    void startBroker() {
        Path log = dataFolder.resolve("log");
        if (!Files.exists(log.resolve("meta.properties"))) {
            format(log);
        }
        KafkaRaftServer starting = new KafkaRaftServer(new KafkaConfig(settings(log), false), Time.SYSTEM);
        try {
            starting.startup();
        } catch (Throwable e) {
            // Half a broker keeps threads that would keep the JVM alive.
            starting.shutdown();
            throw new IllegalStateException(
                    "the Kafka broker did not start on port " + port + ": " + e.getMessage(), e);
        }
        server = starting;
    }

    private static void refuseToEndTheJvm(int status, @Nullable String message) {
        LOGGER.atError()
                .addKeyValue("status", status)
                .addKeyValue("reason", message)
                .log("the Kafka broker gave up; it is of no use any more");
        throw new IllegalStateException("the Kafka broker gave up with status " + status);
    }

    private static void format(Path log) {
        try {
            new Formatter()
                    .setPrintStream(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
                    .setNodeId(NODE_ID)
                    .setClusterId(Uuid.randomUuid().toString())
                    .setReleaseVersion(MetadataVersion.LATEST_PRODUCTION)
                    .setControllerListenerName("CONTROLLER")
                    .setMetadataLogDirectory(log.toString())
                    .addDirectory(log.toString())
                    .run();
        } catch (Exception e) {
            throw new IllegalStateException("the Kafka broker cannot format its data folder " + log, e);
        }
    }

    private Map<String, String> settings(Path log) {
        // Only the broker itself talks to the controller, so its port may change from start to start.
        int controllerPort = LoopbackPorts.free();
        Map<String, String> settings = new HashMap<>(settings(log, controllerPort));
        moreListeners.forEach((listener, listenerPort) -> {
            String at = "," + listener.name() + "://127.0.0.1:" + listenerPort;
            settings.merge("listeners", at, String::concat);
            settings.merge("advertised.listeners", at, String::concat);
            settings.merge(
                    "listener.security.protocol.map",
                    "," + listener.name() + ":" + listener.protocol(),
                    String::concat);
            listener.settings()
                    .forEach((key, value) -> settings.put(
                            "listener.name." + listener.name().toLowerCase(Locale.ROOT) + "." + key, value));
        });
        return settings;
    }

    private Map<String, String> settings(Path log, int controllerPort) {
        String direct = "PLAINTEXT://127.0.0.1:" + port;
        return Map.ofEntries(
                Map.entry("process.roles", "broker,controller"),
                Map.entry("node.id", String.valueOf(NODE_ID)),
                Map.entry("controller.quorum.voters", NODE_ID + "@127.0.0.1:" + controllerPort),
                Map.entry("controller.listener.names", "CONTROLLER"),
                Map.entry("inter.broker.listener.name", "PLAINTEXT"),
                Map.entry(
                        "listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,PROXIED:PLAINTEXT,CONTROLLER:PLAINTEXT"),
                Map.entry(
                        "listeners",
                        direct + (proxy == null ? "" : ",PROXIED://127.0.0.1:" + portBehindProxy)
                                + ",CONTROLLER://127.0.0.1:" + controllerPort),
                Map.entry("advertised.listeners", direct + (proxy == null ? "" : ",PROXIED://" + proxy.address())),
                Map.entry("log.dirs", log.toString()),
                Map.entry("auto.create.topics.enable", "false"),
                // One broker is all there is.
                Map.entry("offsets.topic.replication.factor", "1"),
                Map.entry("offsets.topic.num.partitions", "1"),
                Map.entry("transaction.state.log.replication.factor", "1"),
                Map.entry("transaction.state.log.min.isr", "1"),
                Map.entry("transaction.state.log.num.partitions", "1"),
                // The first member of a group need not wait for others.
                Map.entry("group.initial.rebalance.delay.ms", "0"),
                Map.entry("group.min.session.timeout.ms", "500"),
                // After a kill, the broker waits for its former self to time out; with 1000 a busy machine fenced it.
                Map.entry("broker.session.timeout.ms", "6000"),
                Map.entry("broker.heartbeat.interval.ms", "500"),
                // Sized for a laptop: the defaults are for a server (128 MB of heap for the log cleaner alone).
                Map.entry("log.cleaner.dedupe.buffer.size", "4194304"),
                Map.entry("num.network.threads", "2"),
                Map.entry("num.io.threads", "4"),
                Map.entry("background.threads", "2"));
    }

    /** Stops the broker, gives the folder free and deletes it if it was temporary. Never throws; may be repeated. */
    @Override
    public void close() {
        try {
            probe.close();
            if (proxy != null) {
                proxy.close();
            }
            stop();
            lockFile.close();
            if (temporary) {
                delete(dataFolder);
            }
        } catch (IOException | RuntimeException e) {
            LOGGER.atWarn().addKeyValue("folder", dataFolder).setCause(e).log("the Kafka broker did not close cleanly");
        }
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : (Iterable<Path>) paths.sorted(Comparator.reverseOrder())::iterator) {
                Files.deleteIfExists(path);
            }
        }
    }
}
