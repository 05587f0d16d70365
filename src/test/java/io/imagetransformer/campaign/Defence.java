package io.imagetransformer.campaign;

import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What makes a scenario pass, and edits that take it away: the scenario has to fail then, or it proves nothing.
 *
 * @param removed what the edits do, for the report
 * @param edits none where the defence cannot be taken away by itself
 */
record Defence(String removed, List<Edit> edits) {

    private static final String JAVA = "src/main/java/io/imagetransformer/";

    /** @param file of the distribution, or a Java source, which is then compiled into the distribution's own jar */
    record Edit(String file, String from, String to) {
        boolean isJava() {
            return file.startsWith(JAVA);
        }
    }

    static final Defence NONE = new Defence("", List.of());

    /** A failed call is repeated in place. */
    static final Defence RETRIES = of(
            "errors.camel.yaml: nothing is repeated (`retryWhile` of infrastructure-away: false)",
            new Edit(
                    "routes/errors.camel.yaml",
                    "          retryWhile:\n            method:\n              ref: retries\n              method: again\n          onExceptionOccurredRef",
                    "          retryWhile:\n            constant:\n              expression: \"false\"\n          onExceptionOccurredRef"));

    /** What could not be finished comes again. */
    static final Defence GIVE_BACK = of(
            "intake.camel.yaml: an unfinished batch is not given back (no step give-back-unfinished)",
            new Edit(
                    "routes/intake.camel.yaml",
                    "        - bean:\n            id: give-back-unfinished\n            ref: kafkaBatches\n            method: giveBackUnfinished\n",
                    ""));

    /** A dead letter is acknowledged before its record is committed. */
    static final Defence LETTER_BEFORE_COMMIT = of(
            "intake.camel.yaml: a dead letter that cannot be sent is let go (doTry around it)",
            new Edit(
                    "routes/intake.camel.yaml",
                    "              - to:\n                  id: send-dead-letter\n                  uri: direct:dead-letter\n",
                    "              - doTry:\n                  steps:\n                    - to:\n                        uri: direct:dead-letter\n"
                            + "                  doCatch:\n                    - exception: [java.lang.Exception]\n                      steps:\n"
                            + "                        - log: {message: lost}\n"));

    /** A dead letter that its topic does not take is sent without its value. */
    static final Defence VALUE_LEFT_OUT = of(
            "dead-letter.camel.yaml: RecordTooLargeException is not caught",
            new Edit(
                    "routes/dead-letter.camel.yaml",
                    "org.apache.kafka.common.errors.RecordTooLargeException",
                    "java.io.FileNotFoundException"));

    /** What nobody has committed yet is read from its beginning. */
    static final Defence EARLIEST = of(
            "intake.camel.yaml: autoOffsetReset latest",
            new Edit("routes/intake.camel.yaml", "autoOffsetReset: earliest", "autoOffsetReset: latest"));

    /** An instance that is refused is found among its neighbours. */
    static final Defence HALVING = of(
            "predict.camel.yaml: nothing is asked about in halves",
            new Edit("routes/predict.camel.yaml", "\"${body.refusedHalves}\"", "\"${null}\""));

    /** The predictor says when it wants to be asked again. */
    static final Defence RETRY_AFTER = of(
            "errors.camel.yaml: Retry-After is not honoured",
            new Edit("routes/errors.camel.yaml", "          onExceptionOccurredRef: \"chooseDelay\"\n", ""));

    /** It is not honoured beyond the time that the batch may be held. */
    static final Defence RETRY_AFTER_IS_CUT = of(
            "Retries: Retry-After is waited for, however long",
            new Edit(JAVA + "camel/Retries.java", " || !batch.hasTimeFor(Duration.ofMillis(wait))", ""),
            new Edit(
                    JAVA + "camel/Retries.java",
                    "Math.min(known.retryAfterMillis(), left)",
                    "known.retryAfterMillis()"));

    /** A record is committed only when it, and all before it, have their outcome. */
    static final Defence COMMIT_LAST = of(
            "a batch is committed before it is worked (intake.camel.yaml: commit-offsets before classify-batch;"
                    + " Batch.committable: all of it)",
            new Edit(
                    "routes/intake.camel.yaml",
                    "        - to:\n            id: classify-batch\n",
                    "        - bean:\n            ref: kafkaBatches\n            method: commit\n"
                            + "        - to:\n            id: classify-batch\n"),
            new Edit(
                    JAVA + "delivery/Batch.java",
                    "        return settled()\n                .map(Entry::record)\n",
                    "        return entries.stream()\n                .map(Entry::record)\n"));

    /** SIGTERM finishes the batch in hand. */
    static final Defence ORDERLY_STOP = of(
            "SIGTERM ends the process at once",
            new Edit(
                    JAVA + "KafkaImageTransformer.java",
                    "stopped.countDown();\n            close();\n",
                    "stopped.countDown();\n"));

    /** Of one key in a batch only the newest event is worked on. */
    static final Defence NEWEST_ONLY = of(
            "Batch.supersede: every event of a key is worked on",
            new Edit(
                    JAVA + "delivery/Batch.java",
                    "    private void supersede() {\n",
                    "    private void supersede() {\n        if (true) return;\n"));

    /** Who comes late with an image looks whether it was replaced. */
    static final Defence NOTHING_OLD = of(
            "classify.camel.yaml: an image that waited is filed without a second look",
            new Edit("routes/classify.camel.yaml", "${body.stale}", "false"));

    /** The bytes that the event tells of, or none. */
    static final Defence IF_MATCH = of(
            "GetObjectRequests: no If-Match",
            new Edit(
                    JAVA + "storage/GetObjectRequests.java",
                    "if (object.versionId() == null && object.eTag() != null) {",
                    "if (false) {"));

    /** An unpacked library is looked at before it is loaded. */
    static final Defence WHOLE_LIBRARY = of(
            "NativeLibrary: neither size nor CRC is looked at",
            new Edit(
                    JAVA + "image/NativeLibrary.java",
                    " || Files.size(library) != entry.getSize()) {\n            return false;\n        }\n",
                    ") {\n            return false;\n        }\n        if (true) return true;\n"));

    /** An object that is gone is no outage. */
    static final Defence GONE_IS_GONE = of(
            "S3Failures: NoSuchKey is waited for",
            new Edit(JAVA + "storage/S3Failures.java", "if (NO_OBJECT.contains(code)) {", "if (false) {"));

    /** Somebody looks whether Kafka is there. */
    static final Defence KAFKA_WATCH = of(
            "KafkaImageTransformer: no watch on Kafka",
            new Edit(
                    JAVA + "KafkaImageTransformer.java",
                    "context.addService(new KafkaWatch(context, settings, bean(Outages.class)));",
                    ""));

    /** Kafka's client comes back by itself. */
    static final Defence KAFKA_RECONNECTS = of(
            "intake.camel.yaml: a connection that Kafka's client lost is opened again after ten minutes",
            new Edit(
                    "routes/intake.camel.yaml",
                    "        additionalProperties.metadata.max.age.ms: 30000\n",
                    "        additionalProperties.metadata.max.age.ms: 30000\n"
                            + "        additionalProperties.reconnect.backoff.ms: 600000\n"
                            + "        additionalProperties.reconnect.backoff.max.ms: 600000\n"));

    /** What Kafka did not take is committed by doing it again. */
    static final Defence COMMIT_GIVEN_BACK = of(
            "KafkaBatches: a batch whose commit was refused is not given back",
            new Edit(
                    JAVA + "camel/KafkaBatches.java",
                    "throw new BatchGivenBack(\"Kafka did not take the commit: \" + e.getMessage(), e);",
                    "LOGGER.warn(\"Kafka did not take the commit: {}\", e.getMessage());"));

    /** A picture is what came of it with the length that the store told, or nothing. */
    static final Defence WHOLE_PICTURE = of(
            "ImageTransformProcessor: what came before the connection broke is taken for the picture",
            new Edit(
                    JAVA + "camel/ImageTransformProcessor.java",
                    "        try (object) {\n            // A small",
                    "        if (true) {\n            java.io.ByteArrayOutputStream came = new java.io.ByteArrayOutputStream();\n"
                            + "            try {\n                object.transferTo(came);\n"
                            + "            } catch (IOException brokeOff) {\n            }\n"
                            + "            return came.toByteArray();\n        }\n"
                            + "        try (object) {\n            // A small"));

    /** A picture lies in memory, and nowhere else. */
    static final Defence IN_MEMORY = of(
            "ImageTransformProcessor: a picture goes through a temporary file",
            new Edit(
                    JAVA + "camel/ImageTransformProcessor.java",
                    "            if (read == size) {\n",
                    "            java.nio.file.Path file = java.nio.file.Files.createTempFile(\"picture\", null);\n"
                            + "            java.nio.file.Files.write(file, bytes);\n"
                            + "            bytes = java.nio.file.Files.readAllBytes(file);\n"
                            + "            java.nio.file.Files.delete(file);\n"
                            + "            if (read == size) {\n"));

    /** A start for which there was no room leaves none behind that is taken. */
    static final Defence HALF_LIBRARY_GOES = of(
            "NativeLibrary: what was unpacked in part stays",
            new Edit(
                    JAVA + "image/NativeLibrary.java",
                    "        } finally {\n            Files.deleteIfExists(part);\n",
                    "        } finally {\n            part.normalize();\n"));

    /** How long a batch is held does not follow the clock on the wall. */
    static final Defence MONOTONIC = of(
            "Batch, KafkaBatches: the time that a batch is held is read from the wall clock",
            new Edit(
                    JAVA + "delivery/Batch.java",
                    "deadline - System.nanoTime()",
                    "deadline - System.currentTimeMillis() * 1_000_000L"),
            new Edit(
                    JAVA + "camel/KafkaBatches.java",
                    "System.nanoTime() + hold.toNanos()",
                    "System.currentTimeMillis() * 1_000_000L + hold.toNanos()"));

    /** The predictor has the time that predictor.timeout gives it. */
    static final Defence PREDICTOR_TIMEOUT = of(
            "BoundedAnswers: the predictor has one second, whatever predictor.timeout says",
            new Edit(JAVA + "camel/BoundedAnswers.java", "this.limit = limit;", "this.limit = Duration.ofSeconds(1);"));

    static Defence of(String removed, Edit... edits) {
        return new Defence(removed, List.of(edits));
    }

    boolean canBeRemoved() {
        return !edits.isEmpty();
    }

    /** @param distribution a copy, whose {@code lib} is a link to the original's */
    void removeFrom(Path distribution) {
        try {
            for (Edit edit : edits) {
                if (!edit.isJava()) {
                    rewrite(distribution.resolve(edit.file()), distribution.resolve(edit.file()), edit);
                }
            }
            if (edits.stream().anyMatch(Edit::isJava)) {
                recompile(distribution);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void rewrite(Path file, Path target, Edit edit) throws IOException {
        String text = Files.readString(file);
        if (!text.contains(edit.from())) {
            throw new IllegalStateException(edit.file() + " has changed; there is no more: " + edit.from());
        }
        Files.writeString(target, text.replace(edit.from(), edit.to()));
    }

    private void recompile(Path distribution) throws IOException {
        Path lib = distribution.resolve("lib");
        Path original = lib.toRealPath();
        Files.delete(lib);
        Files.createDirectory(lib);
        List<Path> jars = jars(original);
        for (Path jar : jars) {
            Path copy = lib.resolve(jar.getFileName().toString());
            if (isOurs(jar)) {
                Files.copy(jar, copy);
            } else {
                Files.createSymbolicLink(copy, jar);
            }
        }
        Path sources = Files.createDirectory(distribution.resolve("without-defence"));
        String classPath = jars.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
        List<String> javac = new ArrayList<>(
                List.of("-nowarn", "-proc:none", "--release", "17", "-cp", classPath, "-d", sources.toString()));
        for (Edit edit : edits) {
            if (edit.isJava()) {
                Path source = sources.resolve(Path.of(edit.file()).getFileName().toString());
                rewrite(Files.exists(source) ? source : Path.of(edit.file()), source, edit);
                javac.remove(source.toString());
                javac.add(source.toString());
            }
        }
        run("javac", javac);
        Path ours = jars(lib).stream().filter(Defence::isOurs).findFirst().orElseThrow();
        run("jar", List.of("--update", "--file", ours.toString(), "-C", sources.toString(), "io"));
    }

    private static List<Path> jars(Path folder) throws IOException {
        try (Stream<Path> jars = Files.list(folder)) {
            // The archive of classes, which lies there too, knows the classes as they were.
            return jars.filter(file -> file.toString().endsWith(".jar")).toList();
        }
    }

    private static boolean isOurs(Path jar) {
        return jar.getFileName().toString().startsWith("kafka-image-transformer-");
    }

    private static void run(String tool, List<String> arguments) {
        StringWriter said = new StringWriter();
        PrintWriter writer = new PrintWriter(said);
        int code = ToolProvider.findFirst(tool).orElseThrow().run(writer, writer, arguments.toArray(String[]::new));
        if (code != 0) {
            throw new IllegalStateException(tool + " ends with " + code + ": " + said);
        }
    }
}
