package io.imagetransformer.campaign;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

import io.imagetransformer.packaged.PackagedProgram;

/** The machine: its disk, its clock. */
final class HostFaults {
    private static final List<String> FAKETIME = List.of(
            "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1",
            "/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1",
            "/usr/local/lib/faketime/libfaketimeMT.so.1");

    private HostFaults() {}

    static List<Scenario> all() {
        return List.of(
                new Scenario(
                        "disk-full-in-mid-run",
                        "a full temporary directory loses nothing",
                        Defence.NONE,
                        HostFaults::diskFullInMidRun),
                new Scenario(
                        "disk-full-at-start",
                        "a temporary directory that is full at start ends it with a line that says so; the next start"
                                + " goes on",
                        Defence.NONE,
                        HostFaults::diskFullAtStart),
                new Scenario(
                        "clock-jumps",
                        "a clock that jumps by a day forth and back loses nothing",
                        Defence.NONE,
                        HostFaults::clockJumps));
    }

    private static void diskFullInMidRun(Trial trial) throws Exception {
        Path disk = smallDisk(trial, "100m");
        try {
            trial.settings.put("java.opts", "-Xmx256m -Djava.io.tmpdir=" + disk);
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
            String options = "-Xmx256m -Djava.io.tmpdir=" + disk;
            trial.settings.put("java.opts", options);
            trial.uploads.add(60).comeIn(10);
            fill(disk);
            trial.fault();
            PackagedProgram program = trial.start();
            int code = program.awaitExit(Duration.ofSeconds(60));
            trial.require(code == 1, "exit code " + code + " with a full disk");
            trial.require(
                    program.lines("cannot start: ").size() == 1,
                    "no plain line about the full disk: " + program.lines());
            Files.delete(disk.resolve("filler"));
            PackagedProgram next = trial.start();
            trial.awaitMoreDone(60);
            trial.awaitAllCommitted();
            next.kill();
        } finally {
            run("umount", "-l", disk.toString());
        }
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

    private static int run(String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(command).start().waitFor();
    }

    /** The program's own clock, not the machine's. Timers go by another one, as on a real machine. */
    private static void clockJumps(Trial trial) throws IOException {
        String library = Stream.concat(Stream.of(System.getProperty("campaign.faketime", "")), FAKETIME.stream())
                .filter(file -> !file.isEmpty() && Files.exists(Path.of(file)))
                .findFirst()
                .orElseThrow(
                        () -> new Skipped("libfaketime is not installed (-Dcampaign.faketime=its libfaketimeMT.so.1)"));
        Path clock = trial.folder().resolve("clock");
        Files.writeString(clock, "+0");
        // The library makes each look at the clock slow, and the whole program with it.
        trial.settings.put("s3.timeout", "30s");
        trial.settings.put("predictor.timeout", "30s");
        trial.settings.put("ld.preload", library);
        trial.settings.put("faketime.timestamp.file", clock.toString());
        trial.settings.put("faketime.cache.duration", "1");
        trial.settings.put("faketime.dont.fake.monotonic", "1");
        PackagedProgram program = trial.startWithUploads();
        for (String jump : List.of("+1h", "+1d", "-1d", "+3s", "-3s")) {
            trial.fault();
            Files.writeString(clock, jump);
            trial.pass(Duration.ofSeconds(3));
            Files.writeString(clock, "+0");
            trial.awaitMoreDone(10);
        }
        trial.require(program.isAlive(), "the program ended");
    }
}
