package io.imagetransformer.command;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * Makes {@code lib/classes.jsa}, which the start script hands to Java: class data sharing (JEP 310), so the classes of a
 * start are mapped, not read, checked and linked anew. Java ignores an archive of another Java, or of other jars.
 */
@Command(
        name = "prepare-start",
        description = {
            "Makes lib/classes.jsa: the program then starts in half the time.",
            "It holds for this Java, these jars and this folder. Where one of them changes the program starts as"
                    + " without it, until this command has run again."
        },
        mixinStandardHelpOptions = true)
public final class PrepareStartCommand implements Callable<Integer> {
    private final Path home;

    @Spec
    private CommandSpec spec;

    /** @param home of the distribution */
    public PrepareStartCommand(Path home) {
        this.home = home;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Path lib = home.resolve("lib").toRealPath();
        Path archive = lib.resolve("classes.jsa");
        // Into a name of its own first: a program that starts meanwhile must not see half of it.
        Path unfinished = Files.createTempFile(lib, "classes", ".part");
        Path log = Files.createTempFile("prepare-start", ".log");
        try {
            Files.delete(unfinished);
            int code = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xshare:dump",
                            "-XX:+UseSerialGC",
                            "--enable-native-access=ALL-UNNAMED",
                            "-XX:SharedClassListFile=" + lib.resolve("classes.list"),
                            "-XX:SharedArchiveFile=" + unfinished,
                            "-cp",
                            program(lib).toString())
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start()
                    .waitFor();
            if (code != 0) {
                throw new CommandFailure("Java made no archive: " + lastLine(log));
            }
            Files.move(unfinished, archive, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(unfinished);
            Files.deleteIfExists(log);
        }
        PrintWriter out = spec.commandLine().getOut();
        out.printf("%s: %d MiB, for Java %s%n", archive, Files.size(archive) >> 20, Runtime.version());
        return 0;
    }

    /** The jar whose manifest names all others, in an order that does not depend on the file system. */
    private static Path program(Path lib) throws IOException {
        try (Stream<Path> jars = Files.list(lib)) {
            return jars.filter(jar -> jar.getFileName().toString().matches("kafka-image-transformer-.*\\.jar"))
                    .findFirst()
                    .orElseThrow(() -> new CommandFailure(lib + " holds no kafka-image-transformer-*.jar"));
        }
    }

    private static String lastLine(Path log) throws IOException {
        List<String> lines = Files.readAllLines(log, StandardCharsets.UTF_8);
        return lines.isEmpty() ? "it said nothing" : lines.get(lines.size() - 1);
    }
}
