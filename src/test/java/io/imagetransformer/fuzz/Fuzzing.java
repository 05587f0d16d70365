package io.imagetransformer.fuzz;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.imagetransformer.sandbox.JdkTool;

/**
 * Fuzzes one target after the other, each in a process of its own, and writes a table of what was tried,
 * {@code target/fuzz/report.md}. Arguments: minutes per target, then the targets' names; all of them without. Log,
 * coverage and whatever was found stay in {@code target/fuzz/<target>}. Exit code 1 where something was found, or a target
 * did not run.
 */
public final class Fuzzing {
    private static final Path FOLDER = Path.of("target/fuzz");
    private static final Pattern STATUS =
            Pattern.compile("#(\\d+)\\s+\\w+\\s+cov: (\\d+) ft: (\\d+) corp: (\\d+)/\\S+.*rss: (\\d+)Mb");
    private static final Pattern LINES = Pattern.compile("(?m)^(\\w+)\\.java: (\\d+)/(\\d+) ");

    private final FuzzTargets target;
    private final Path folder;
    private final int seconds;

    private Fuzzing(FuzzTargets target, int seconds) {
        this.target = target;
        this.folder = FOLDER.resolve(target.toString());
        this.seconds = seconds;
    }

    public static void main(String[] arguments) throws IOException, InterruptedException {
        int seconds = (int) Math.round(60 * Double.parseDouble(arguments[0]));
        List<FuzzTargets> targets = arguments.length == 1
                ? List.of(FuzzTargets.values())
                : Arrays.stream(arguments[1].split(",")).map(FuzzTargets::named).toList();
        List<String> table = new ArrayList<>(List.of(
                "| Target | Inputs | Minutes | Lines covered | Edges | Resident memory, early / late | Crashes, time-outs |",
                "|---|---|---|---|---|---|---|"));
        boolean found = false;
        for (FuzzTargets target : targets) {
            Fuzzing fuzzing = new Fuzzing(target, seconds);
            int exit = fuzzing.run();
            found |= exit != 0;
            table.add(fuzzing.row());
        }
        Files.write(FOLDER.resolve("report.md"), table);
        table.forEach(System.out::println);
        System.exit(found ? 1 : 0);
    }

    private int run() throws IOException, InterruptedException {
        delete(folder);
        Path seeds = Files.createDirectories(folder.resolve("seeds"));
        Files.createDirectories(folder.resolve("corpus"));
        int count = 0;
        for (byte[] seed : FuzzSeeds.of(target)) {
            Files.write(seeds.resolve(String.format("%04d", count++)), seed);
        }
        System.out.printf("%s: %d s from %d seeds, see %s%n", target, seconds, count, folder.resolve("log.txt"));
        int exit = jazzer(folder.resolve("log.txt"), "-max_total_time=" + seconds);
        // Of the first run, the report has only what was covered while it began.
        jazzer(folder.resolve("replay.txt"), "-runs=0", "--coverage_report=" + folder.resolve("coverage.txt"));
        return exit;
    }

    private int jazzer(Path log, String... options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                JdkTool.path("java"),
                "-Xmx1g",
                "-cp",
                System.getProperty("java.class.path"),
                "com.code_intelligence.jazzer.Jazzer",
                "--target_class=" + FuzzEntry.class.getName(),
                "--target_args=" + target,
                "--instrumentation_includes=io.imagetransformer.**",
                // Else every call of every library, the assertions' too, is looked at for injections.
                "--custom_hook_includes=io.imagetransformer.**",
                "--reproducer_path=" + folder,
                "-artifact_prefix=" + folder + "/",
                // An input that takes so many seconds is a find; the first one of all waits for the instrumentation.
                "-timeout=60",
                "-print_final_stats=1"));
        command.addAll(List.of(options));
        command.add(folder.resolve("corpus").toString());
        command.add(folder.resolve("seeds").toString());
        ProcessBuilder jazzer =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        jazzer.environment().put("OPENCV_LOG_LEVEL", "SILENT");
        return jazzer.start().waitFor();
    }

    private String row() throws IOException {
        List<MatchResult> pulses = STATUS.matcher(Files.readString(folder.resolve("log.txt")))
                .results()
                .toList();
        if (pulses.isEmpty()) {
            return "| " + target + " | did not run, see its log.txt | | | | | |";
        }
        MatchResult last = pulses.get(pulses.size() - 1);
        long inputs = Long.parseLong(last.group(1));
        MatchResult early = pulses.stream()
                .filter(pulse -> Long.parseLong(pulse.group(1)) >= inputs / 10)
                .findFirst()
                .orElse(last);
        return String.format(
                Locale.ROOT,
                "| `%s` | %,d | %.1f | %s | %s | %s / %s MiB | %d |",
                target,
                inputs,
                seconds / 60.0,
                lines(),
                last.group(2),
                early.group(5),
                last.group(5),
                found());
    }

    /** Of the target's own room, the tests left out. */
    private String lines() throws IOException {
        Path report = folder.resolve("coverage.txt");
        if (!Files.exists(report)) {
            return "";
        }
        String room = target.make().getClass().getPackageName().replaceFirst(".*\\.", "");
        Path sources = Path.of("src/main/java/io/imagetransformer", room);
        String text = Files.readString(report);
        // The report has four sections: branches, lines, and which lines of each are covered and missed.
        String lines = text.substring(text.indexOf("Line coverage:"));
        List<MatchResult> files = LINES.matcher(lines)
                .results()
                .filter(file -> Files.exists(sources.resolve(file.group(1) + ".java")))
                .toList();
        long covered =
                files.stream().mapToLong(file -> Long.parseLong(file.group(2))).sum();
        long all =
                files.stream().mapToLong(file -> Long.parseLong(file.group(3))).sum();
        return all == 0 ? "" : covered + " of " + all;
    }

    private long found() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().matches("(crash|timeout|oom|leak)-.*"))
                    .count();
        }
    }

    private static void delete(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> paths = Files.walk(folder)) {
                for (Path path : (Iterable<Path>) paths.sorted(Comparator.reverseOrder())::iterator) {
                    Files.delete(path);
                }
            }
        }
    }
}
