package io.imagetransformer.sandbox;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.awaitility.Awaitility;

import static org.assertj.core.api.Assertions.assertThat;

/** The sandbox as a process of its own, on the class path and the JDK of the test. */
final class SandboxProcess implements AutoCloseable {
    private static final Duration LONGEST = Duration.ofSeconds(120);

    private final Process process;
    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final Thread reader = new Thread(this::read, "sandbox-output");

    private SandboxProcess(Process process) {
        this.process = process;
        reader.setDaemon(true);
        reader.start();
    }

    static SandboxProcess start(Path data, String... options) {
        return start(Map.of(), data, options);
    }

    /** @param environment beside the test's own */
    static SandboxProcess start(Map<String, String> environment, Path data, String... options) {
        List<String> command = new ArrayList<>(List.of(
                JdkTool.path("java"),
                "--enable-native-access=ALL-UNNAMED",
                "-Dio.netty.noUnsafe=true",
                "-Xmx512m",
                // Of a process that lives for seconds, C2 would take half the time.
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-D" + LoopbackPorts.SLICE_NUMBER + "=1",
                "-cp",
                System.getProperty("java.class.path"),
                Sandbox.class.getName(),
                "--data",
                data.toString()));
        if (Runtime.version().feature() >= 24) {
            // The broker's own libraries: from here on the JVM warns of each, and a person can do nothing about it.
            command.add(1, "--sun-misc-unsafe-memory-access=allow");
        }
        command.addAll(List.of(options));
        try {
            ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
            builder.environment().putAll(environment);
            return new SandboxProcess(builder.start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A run to its end, which is to come by itself. */
    static SandboxProcess run(Path data, String... options) {
        SandboxProcess run = start(data, options);
        run.exitCode();
        return run;
    }

    private void read() {
        try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
            output.lines().forEach(lines::add);
        } catch (IOException | UncheckedIOException e) {
            // It was killed.
        }
    }

    /** What it has said so far. */
    List<String> lines() {
        return List.copyOf(lines);
    }

    String output() {
        return String.join("\n", lines);
    }

    /** Waits for a line that holds the pattern, and returns what its first group matched. */
    String await(String pattern) {
        Pattern wanted = Pattern.compile(pattern);
        Awaitility.await("a line with " + pattern).atMost(LONGEST).untilAsserted(() -> assertThat(output())
                .containsPattern(wanted));
        Matcher found = wanted.matcher(output());
        assertThat(found.find()).isTrue();
        return found.groupCount() == 0 ? found.group() : found.group(1);
    }

    /** Waits for its end; its output is complete then. */
    int exitCode() {
        try {
            if (!process.waitFor(LONGEST.toSeconds(), TimeUnit.SECONDS)) {
                close();
                throw new AssertionError("the sandbox did not end; it said:\n" + output());
            }
            reader.join(LONGEST.toMillis());
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** With SIGTERM, which it takes as it takes Ctrl-C. */
    void tellToStop() {
        // Not process.destroy(): that closes our end of its output, and its last words are lost.
        process.toHandle().destroy();
    }

    /** As {@code kill -9} does. */
    @Override
    public void close() {
        process.destroyForcibly();
        process.onExit().join();
    }
}
