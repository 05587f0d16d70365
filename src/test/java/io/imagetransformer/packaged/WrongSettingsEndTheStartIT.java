package io.imagetransformer.packaged;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import io.imagetransformer.pipeline.Stack;

import static org.assertj.core.api.Assertions.assertThat;

/** What only a person can mend ends the start: exit code 1, and one line that names key, value and what to do. */
class WrongSettingsEndTheStartIT {
    /** What is wrong, and what the one line must hold. Of values that are refused by themselves one stands for all. */
    private record Mistake(Map<String, String> settings, List<String> told) {}

    private static final Map<String, Mistake> MISTAKES = new LinkedHashMap<>();

    static {
        mistake("bad number", "events.consumers", "two", "events.consumers=two", "whole number from 1 to 64");
        mistake("wrong secret", "s3.secret-key", "guessed", "SignatureDoesNotMatch", "s3.secret-key");
        mistake("unknown access key", "s3.access-key", "nobody", "InvalidAccessKeyId", "s3.access-key");
        mistake("unknown Kafka host", "kafka.brokers", "nowhere.invalid:9092", "kafka.brokers=nowhere.invalid:9092");
        mistake("unknown S3 host", "s3.endpoint", "http://nowhere.invalid:9000", "s3.endpoint", "nowhere.invalid");
        mistake("unknown predictor", "predictor.host", "nowhere.invalid", "predictor.host=nowhere.invalid", "unknown");
    }

    private static final Map<String, PackagedProgram> PROGRAMS = new LinkedHashMap<>();

    private static Stack stack;
    private static ServerSocket busy;

    private static void mistake(String name, String key, String value, String... told) {
        MISTAKES.put(name, new Mistake(Map.of(key, value), List.of(told)));
    }

    @BeforeAll
    static void startAll() throws IOException {
        stack = Stack.start();
        MISTAKES.forEach(
                (name, mistake) -> PROGRAMS.put(name, start(PackagedProgram.DISTRIBUTION, mistake.settings())));

        busy = new ServerSocket(0, 1, InetAddress.getByAddress(new byte[4]));
        String port = String.valueOf(busy.getLocalPort());
        told("busy management port", "management.port=" + port, "in use");
        PROGRAMS.put(
                "busy management port",
                start(PackagedProgram.DISTRIBUTION, Map.of("management.enabled", "true", "management.port", port)));

        told("busy HTTP port", "http.port=" + port, "in use");
        PROGRAMS.put(
                "busy HTTP port",
                start(PackagedProgram.DISTRIBUTION, Map.of("http.enabled", "true", "http.port", port)));

        Path temporary = Files.createTempDirectory(PackagedProgram.DISTRIBUTION.getParent(), "temporary-");
        Files.createFile(temporary.resolve("kafka-image-transformer-" + System.getProperty("user.name")));
        told("temporary directory of no use", "OpenCV cannot be unpacked in " + temporary, "-Djava.io.tmpdir");
        PROGRAMS.put(
                "temporary directory of no use",
                start(PackagedProgram.DISTRIBUTION, Map.of("java.opts", "-Xmx256m -Djava.io.tmpdir=" + temporary)));

        edit("misspelt key", "application.properties", "output.bucket=", "output.buckets=");
        told("misspelt key", "output.buckets is no setting", "did you mean output.bucket?");

        edit("broken YAML", "routes/predict.camel.yaml", "- route:", "- route: [");
        told("broken YAML", "predict.camel.yaml");

        edit("unknown step", "routes/predict.camel.yaml", "filter:", "filtre:");
        told("unknown step", "predict.camel.yaml", "filtre");

        edit("unknown bean", "routes/predict.camel.yaml", "ref: predictorProbe", "ref: predictorProb");
        told("unknown bean", "predictorProb");

        edit("unknown key in a route", "routes/classify.camel.yaml", "{{output.bucket}}", "{{my.bucket}}");
        told("unknown key in a route", "my.bucket");
    }

    private static void told(String name, String... parts) {
        MISTAKES.put(name, new Mistake(Map.of(), List.of(parts)));
    }

    private static void edit(String name, String file, String from, String to) throws IOException {
        Path home = PackagedProgram.copy();
        Path edited = home.resolve(file);
        Files.writeString(edited, Files.readString(edited).replace(from, to));
        PROGRAMS.put(name, start(home, Map.of()));
    }

    private static PackagedProgram start(Path home, Map<String, String> wrong) {
        Map<String, String> settings = new HashMap<>(stack.settings());
        settings.putAll(wrong);
        return PackagedProgram.start(home, settings);
    }

    @AfterAll
    static void closeAll() throws IOException {
        PROGRAMS.values().forEach(PackagedProgram::close);
        busy.close();
        stack.close();
    }

    static Stream<String> mistakes() {
        return MISTAKES.keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void oneLineSaysWhatIsWrongAndTheExitCodeIsOne(String name) {
        // Given
        PackagedProgram program = PROGRAMS.get(name);

        // When
        int exitCode = program.awaitExit(PackagedProgram.PATIENCE);

        // Then
        List<String> problems = program.lines().stream()
                .filter(line -> !line.contains(" INFO "))
                .toList();
        assertThat(problems).as("what it said").hasSize(1);
        assertThat(problems.get(0))
                .contains("cannot start: ")
                .contains(MISTAKES.get(name).told());
        assertThat(exitCode).isEqualTo(1);
    }
}
