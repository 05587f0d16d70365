package io.imagetransformer.packaged;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

import io.imagetransformer.config.Settings;
import io.imagetransformer.pipeline.Stack;
import io.imagetransformer.sandbox.LoopbackPorts;

/**
 * Writes {@code src/main/lib/classes.list}: the classes that the packaged program loads until it has filed some images, with
 * each predictor protocol. To be run again when dependencies change; a list that is old only makes the start slower.
 */
final class ClassList {
    private static final Path LIST = Path.of("src", "main", "lib", "classes.list");
    /** Made at run time, under another name each time. */
    private static final Pattern PASSING = Pattern.compile("^#|\\$\\$Lambda|Generated\\w+Accessor|\\$Proxy\\d|source:");

    private ClassList() {}

    public static void main(String[] args) throws IOException {
        Set<String> classes = new LinkedHashSet<>();
        for (Settings.Protocol protocol : Settings.Protocol.values()) {
            System.out.println("what is loaded with " + protocol);
            load(protocol).stream()
                    .filter(line -> !PASSING.matcher(line).find())
                    .forEach(classes::add);
        }
        Files.createDirectories(LIST.getParent());
        Files.write(LIST, classes);
        System.out.printf("%s: %,d lines%n", LIST, classes.size());
        System.exit(0);
    }

    private static List<String> load(Settings.Protocol protocol) throws IOException {
        Path loaded = Files.createTempFile("classes", ".list");
        try (Stack stack = Stack.start()) {
            Map<String, String> settings = new HashMap<>(stack.settings(protocol));
            settings.put("http.enabled", "true");
            settings.put("http.port", String.valueOf(LoopbackPorts.free()));
            settings.put("management.enabled", "true");
            settings.put("management.port", String.valueOf(LoopbackPorts.free()));
            settings.put("JAVA_OPTS", "-Xshare:off -XX:DumpLoadedClassList=" + loaded);
            try (PackagedProgram program = PackagedProgram.start(settings)) {
                program.awaitReady();
                new Uploads(stack).add(100).assertEachHasItsOutcome();
                program.terminate();
                program.awaitExit(Duration.ofMinutes(1));
            }
            return Files.readAllLines(loaded);
        } finally {
            Files.delete(loaded);
        }
    }
}
