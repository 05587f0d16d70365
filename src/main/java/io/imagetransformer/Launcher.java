package io.imagetransformer;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Where the process begins: a first word names a command; else the pipeline starts, with KServe's arguments. */
public final class Launcher {
    private Launcher() {}

    public static void main(String[] arguments) {
        if (!Commands.isAskedFor(arguments)) {
            KafkaImageTransformer.main(arguments);
            return;
        }
        // Before the first logger is made: what a command prints is for programs, too.
        System.setProperty("image-transformer.log", "System.err");
        PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        System.exit(new Commands(ProgramFolder.ofThisProcess().home(), Map.of(), out, err).run(arguments));
    }
}
