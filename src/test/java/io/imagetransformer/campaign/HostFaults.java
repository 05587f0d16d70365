package io.imagetransformer.campaign;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;

import io.imagetransformer.packaged.PackagedProgram;
import io.imagetransformer.sandbox.ProcessFigures;

import static org.assertj.core.api.Assertions.assertThat;

/** The machine: its disk, its clock. */
final class HostFaults {
    private static final List<Duration> JUMPS = List.of(
            Duration.ofHours(1),
            Duration.ofDays(1),
            Duration.ofDays(-1),
            Duration.ofSeconds(3),
            Duration.ofSeconds(-3));

    /** A loop without a pause takes a whole core. */
    private static final double HOT_PERCENT = 60;

    private HostFaults() {}

    static List<Scenario> all() {
        return List.of(
                new Scenario(
                        "disk-full-in-mid-run",
                        "a full temporary directory loses nothing",
                        Defence.IN_MEMORY,
                        HostFaults::diskFullInMidRun),
                new Scenario(
                        "disk-full-at-start",
                        "a temporary directory that is full at start ends it with a line that says so; the next start"
                                + " goes on",
                        Defence.HALF_LIBRARY_GOES,
                        HostFaults::diskFullAtStart),
                new Scenario(
                        "clock-jumps",
                        "a clock that jumps by a day forth and back loses nothing",
                        Defence.MONOTONIC,
                        HostFaults::clockJumps));
    }

    private static void diskFullInMidRun(Trial trial) throws Exception {
        Path disk = smallDisk(trial, "100m");
        try {
            trial.settings.put("java.opts", Trial.JAVA_OPTIONS + " -Djava.io.tmpdir=" + disk);
            PackagedProgram program = trial.startWithUploads();
            trial.fault();
            fill(disk);
            trial.awaitMoreDone(60);
            Files.delete(disk.resolve("filler"));
            trial.awaitMoreDone(30);
            trial.require(program.isAlive(), "the program ended");
            trial.awaitAllCommitted();
            program.kill();
        } finally {
            run("umount", "-l", disk.toString());
        }
    }

    private static void diskFullAtStart(Trial trial) throws Exception {
        Path disk = smallDisk(trial, "100m");
        try {
            String options = Trial.JAVA_OPTIONS + " -Djava.io.tmpdir=" + disk;
            trial.settings.put("java.opts", options);
            trial.uploads.add(60).comeIn(10);
            fill(disk);
            startIsRefused(trial);
            // Room for most of the library: what was unpacked of it must not take the room of the next start.
            makeRoom(disk, 50 << 20);
            startIsRefused(trial);
            Files.delete(disk.resolve("filler"));
            PackagedProgram next = trial.start();
            trial.awaitMoreDone(60);
            trial.awaitAllCommitted();
            next.kill();
        } finally {
            run("umount", "-l", disk.toString());
        }
    }

    private static void startIsRefused(Trial trial) {
        trial.fault();
        PackagedProgram program = trial.start();
        int code = program.awaitExit(Duration.ofSeconds(60));
        trial.require(code == 1, "exit code " + code + " with a full disk");
        trial.require(
                program.lines("cannot start: OpenCV cannot be unpacked in ").size() == 1,
                "no plain line about the full disk: " + program.lines());
    }

    /** Mounted on memory: only root may do that. */
    private static Path smallDisk(Trial trial, String size) throws Exception {
        Path folder = trial.folder();
        if (run("mount", "-t", "tmpfs", "-o", "size=" + size, "tmpfs", folder.toString()) != 0) {
            throw new Skipped("only root may mount a small disk");
        }
        return folder;
    }

    private static void fill(Path disk) throws IOException {
        try (OutputStream filler = Files.newOutputStream(disk.resolve("filler"))) {
            byte[] block = new byte[1 << 12];
            while (disk.toFile().getUsableSpace() > 0) {
                filler.write(block);
            }
        } catch (IOException full) {
            // As it should be.
        }
    }

    private static void makeRoom(Path disk, long bytes) throws IOException {
        try (FileChannel filler = FileChannel.open(disk.resolve("filler"), StandardOpenOption.WRITE)) {
            filler.truncate(filler.size() - bytes);
        }
    }

    private static int run(String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(command).start().waitFor();
    }

    /** The program's own clock, not the machine's. */
    private static void clockJumps(Trial trial) throws Exception {
        Path clock = trial.folder().resolve("clock");
        setForward(clock, Duration.ZERO);
        trial.settings.put("ld.preload", jumpingClock(trial.folder()).toString());
        trial.settings.put("jumping.clock", clock.toString());
        AtomicInteger inHand = new AtomicInteger();
        trial.stack.predictor.behave(call -> {
            inHand.incrementAndGet();
            Thread.sleep(300);
            return call.predict();
        });
        PackagedProgram program = trial.startWithUploads();
        for (Duration jump : JUMPS) {
            trial.fault();
            double cpu = ProcessFigures.cpuSeconds(program.pid());
            long start = System.nanoTime();
            setForwardInTheMiddleOfABatch(trial, inHand, clock, jump);
            trial.pass(Duration.ofSeconds(10));
            setForwardInTheMiddleOfABatch(trial, inHand, clock, Duration.ZERO);
            trial.awaitMoreDone(30);
            double percent = (ProcessFigures.cpuSeconds(program.pid()) - cpu) / (System.nanoTime() - start) * 1e11;
            trial.require(
                    percent < HOT_PERCENT,
                    String.format(Locale.ROOT, "%.0f %% of a core while the clock jumped by %s", percent, jump));
        }
        trial.require(!program.lines("RequestTimeTooSkewed").isEmpty(), "nobody noticed that the clock jumped");
        trial.requireNoBatchCameAgain(program);
        long lines = program.lines(": waiting, and trying again").size();
        trial.require(lines <= 2L * JUMPS.size(), lines + " lines tell of somebody who is away");
        trial.require(program.isAlive(), "the program ended");
    }

    /** The images are with the predictor, and to be filed yet: the store refuses them, since it goes by its own clock. */
    private static void setForwardInTheMiddleOfABatch(Trial trial, AtomicInteger inHand, Path clock, Duration jump)
            throws IOException {
        inHand.set(0);
        trial.awaitQuietly(
                "images are with the predictor", () -> assertThat(inHand).hasPositiveValue());
        setForward(clock, jump);
    }

    private static Path jumpingClock(Path folder) throws IOException, InterruptedException {
        Path library = folder.resolve("jumping_clock.so");
        try {
            int code = run("cc", "-O2", "-shared", "-fPIC", "-o", library.toString(), "src/test/c/jumping_clock.c");
            if (code != 0) {
                throw new IllegalStateException("cc ends with " + code);
            }
            return library;
        } catch (IOException e) {
            throw new Skipped("a clock that jumps is compiled here, and there is no C compiler (cc)");
        }
    }

    /** In place: the program has mapped the file. */
    private static void setForward(Path clock, Duration jump) throws IOException {
        ByteBuffer seconds = ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.nativeOrder())
                .putLong(jump.toSeconds())
                .flip();
        try (FileChannel file = FileChannel.open(clock, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            file.write(seconds);
        }
    }
}
