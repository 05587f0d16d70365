package io.imagetransformer.sandbox;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What Linux tells of a process in {@code /proc}; 0 of one that has ended. */
public final class ProcessFigures {
    private static final double TICKS_PER_SECOND = 100;
    private static final double MIB = 1_048_576.0;
    /** Of {@code proc_pid_stat(5)}, counted from the state, the first field behind the command's name. */
    private static final int USER_TIME = 11;

    private static final int SYSTEM_TIME = 12;

    private ProcessFigures() {}

    /** Seconds of processor time, of all threads, since the process began. */
    public static double cpuSeconds(long pid) {
        String stat = read(pid, "stat");
        if (stat.isEmpty()) {
            return 0;
        }
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return (Long.parseLong(fields[USER_TIME]) + Long.parseLong(fields[SYSTEM_TIME])) / TICKS_PER_SECOND;
    }

    /** Memory in use now, native memory included, in MiB. */
    public static double rssMiB(long pid) {
        return status(pid, "VmRSS:") / 1_024.0;
    }

    /**
     * What the objects of a Java process take that it can still reach, in MiB: it collects its garbage for that.
     *
     * @throws IllegalStateException where the {@code jcmd} of this JVM tells nothing
     */
    public static double liveHeapMiB(long pid) {
        return jcmd(pid, "GC.class_histogram")
                        .filter(line -> line.startsWith("Total "))
                        .mapToLong(line -> Long.parseLong(line.strip().replaceFirst(".* ", "")))
                        .findFirst()
                        .orElseThrow(() -> new IllegalStateException("no total in the histogram of " + pid))
                / MIB;
    }

    /**
     * Of {@link #rssMiB} of a Java process what belongs to no file, in MiB: heap, threads, buffers; not libraries and the
     * archive of classes. What was freed is given back first: glibc's arenas keep by themselves what the JIT compiler
     * took, some MiB more or less.
     */
    public static double anonymousMiB(long pid) {
        jcmd(pid, "System.trim_native_heap");
        return status(pid, "RssAnon:") / 1_024.0;
    }

    private static Stream<String> jcmd(long pid, String command) {
        try {
            Process jcmd = new ProcessBuilder(JdkTool.path("jcmd"), String.valueOf(pid), command)
                    .redirectErrorStream(true)
                    .start();
            return new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The most memory that was in use at any time, in MiB. */
    public static double peakRssMiB(long pid) {
        return status(pid, "VmHWM:") / 1_024.0;
    }

    public static long threads(long pid) {
        return status(pid, "Threads:");
    }

    /** Open files and connections. */
    public static long openFiles(long pid) {
        try (Stream<Path> files = Files.list(Path.of("/proc/" + pid + "/fd"))) {
            return files.count();
        } catch (IOException | UncheckedIOException e) {
            return 0;
        }
    }

    private static long status(long pid, String field) {
        return read(pid, "status")
                .lines()
                .filter(line -> line.startsWith(field))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElse(0);
    }

    private static String read(long pid, String file) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/" + file));
        } catch (IOException e) {
            return "";
        }
    }
}
