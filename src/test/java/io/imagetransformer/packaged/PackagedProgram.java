package io.imagetransformer.packaged;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** The distribution that the build leaves in {@code target}, as a process of its own, with settings in its environment. */
public final class PackagedProgram implements AutoCloseable {
    public static final Path DISTRIBUTION =
            Path.of("target", "kafka-image-transformer").toAbsolutePath();
    static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Process process;
    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final Thread reader;

    private PackagedProgram(Process process) {
        this.process = process;
        reader = new Thread(this::read, "output-of-" + process.pid());
        reader.setDaemon(true);
        reader.start();
    }

    public static PackagedProgram start(Map<String, String> settings) {
        return start(DISTRIBUTION, settings);
    }

    /**
     * @param home the distribution, or a copy
     * @param settings by key; each is handed over as an environment variable
     */
    public static PackagedProgram start(Path home, Map<String, String> settings, String... arguments) {
        String script = home.resolve("bin/kafka-image-transformer").toString();
        ProcessBuilder builder = new ProcessBuilder(
                        Stream.concat(Stream.of(script), Stream.of(arguments)).toList())
                .redirectErrorStream(true);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("JAVA_OPTS", "-Xmx256m");
        settings.forEach((key, value) -> builder.environment()
                .put(key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_'), value));
        try {
            return new PackagedProgram(builder.start());
        } catch (IOException e) {
            throw new UncheckedIOException("run the build's package phase first: " + home, e);
        }
    }

    /** What a person types, in a folder. */
    static PackagedProgram type(Path folder, String command) {
        ProcessBuilder builder = new ProcessBuilder("sh", "-c", command)
                .directory(folder.toFile())
                .redirectErrorStream(true);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        try {
            return new PackagedProgram(builder.start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A copy of the distribution that a test may edit; the libraries are shared. */
    public static Path copy() {
        try (Stream<Path> files = Files.walk(DISTRIBUTION)) {
            Path folder = Files.createTempDirectory(DISTRIBUTION.getParent(), "edited-");
            for (Path file : (Iterable<Path>) files::iterator) {
                Path relative = DISTRIBUTION.relativize(file);
                Path copy = folder.resolve(relative.toString());
                if (Files.isRegularFile(file) && !relative.startsWith("lib")) {
                    Files.createDirectories(copy.getParent());
                    Files.copy(file, copy, StandardCopyOption.COPY_ATTRIBUTES);
                }
            }
            Files.createSymbolicLink(folder.resolve("lib"), DISTRIBUTION.resolve("lib"));
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void read() {
        try (BufferedReader output =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            output.lines().forEach(lines::add);
        } catch (IOException | UncheckedIOException e) {
            lines.add("(output ended: " + e.getMessage() + ")");
        }
    }

    /** What it printed so far. */
    public List<String> lines() {
        return List.copyOf(lines);
    }

    /** The printed lines that hold a text. */
    public List<String> lines(String part) {
        return lines.stream().filter(line -> line.contains(part)).toList();
    }

    public PackagedProgram awaitLine(String part) {
        await("a line with: " + part).atMost(PATIENCE).untilAsserted(() -> {
            assertThat(lines(part)).as("in:%n%s", String.join("\n", lines)).isNotEmpty();
        });
        return this;
    }

    /** Waits until it takes events. */
    public PackagedProgram awaitReady() {
        return awaitLine("ready, ");
    }

    /** SIGTERM. */
    public void terminate() {
        // Not the process itself: that would also close what it still has to say.
        process.toHandle().destroy();
    }

    public long pid() {
        return process.pid();
    }

    /** SIGSTOP: it stands still, and its connections stay open. */
    public void freeze() {
        signal("STOP");
    }

    /** SIGCONT. */
    public void thaw() {
        signal("CONT");
    }

    private void signal(String name) {
        try {
            int code = new ProcessBuilder("kill", "-" + name, String.valueOf(pid()))
                    .start()
                    .waitFor();
            assertThat(code).as("kill -%s %s", name, pid()).isZero();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** SIGKILL. */
    public void kill() {
        process.destroyForcibly();
        awaitExit(PATIENCE);
    }

    /** The most memory that the process ever had, its native part included; Linux tells. */
    long peakResidentMebibytes() {
        try {
            return Files.readAllLines(Path.of("/proc", String.valueOf(process.pid()), "status")).stream()
                    .filter(line -> line.startsWith("VmHWM:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1_024)
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** @return the exit code */
    public int awaitExit(Duration limit) {
        try {
            assertThat(process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS))
                    .as("exit within %s; said:%n%s", limit, String.join("\n", lines))
                    .isTrue();
            reader.join(1_000);
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Ends it at once where it runs still. */
    @Override
    public void close() {
        process.destroyForcibly();
        awaitExit(PATIENCE);
    }
}
