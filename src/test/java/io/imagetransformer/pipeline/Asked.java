package io.imagetransformer.pipeline;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import io.imagetransformer.Commands;

/** A command that ran in this JVM: its exit code, and what it printed. */
record Asked(int exitCode, List<String> out, List<String> err) {

    static Asked of(Map<String, String> settings, String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exitCode = new Commands(
                        Path.of("").toAbsolutePath(), settings, new PrintWriter(out, true), new PrintWriter(err, true))
                .run(arguments);
        return new Asked(
                exitCode,
                out.toString().lines().toList(),
                err.toString().lines().toList());
    }

    String text() {
        return String.join("\n", out);
    }
}
