package io.imagetransformer.packaged;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

import io.imagetransformer.config.KServeArguments;
import io.imagetransformer.config.SettingSources;
import io.imagetransformer.config.Settings;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What of {@code deploy/} can be told without a cluster and without a container engine: the settings, paths, ports and
 * files that it names are those of the distribution that it is shipped with.
 */
class ManifestsFitTheProgramIT {
    private static final Path DEPLOY = PackagedProgram.DISTRIBUTION.resolve("deploy");
    private static final String KSERVE = "kserve/inference-service.yaml";
    private static final String ALONE = "kubernetes.yaml";
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern COPY = Pattern.compile("(?m)^COPY (.+) \\S+$");
    private static final Pattern LINK = Pattern.compile("]\\(([^)#:\\s]+)(?:#[^)]*)?\\)");

    @TempDir
    private Path secrets;

    @Test
    void theImageIsMadeOfWhatTheDistributionHolds() throws IOException {
        // Given
        String dockerfile = Files.readString(DEPLOY.resolve("Dockerfile"));
        String folder = only(dockerfile, "(?m)^WORKDIR (.+)$");

        // When
        List<String> copied = COPY.matcher(dockerfile)
                .results()
                .flatMap(copy -> Stream.of(copy.group(1).split(" ")))
                .toList();
        Path started = Path.of(folder).relativize(Path.of(only(dockerfile, "(?m)^ENTRYPOINT \\[\"(.+)\"]$")));

        // Then
        assertThat(copied).contains("lib", "routes", "application.properties").allSatisfy(source -> assertThat(
                        PackagedProgram.DISTRIBUTION.resolve(source))
                .exists());
        assertThat(copied).contains(started.getName(0).toString());
        assertThat(PackagedProgram.DISTRIBUTION.resolve(started)).isExecutable();
        assertThat(only(dockerfile, "(?m)^USER (\\d+):\\d+$")).isEqualTo(runAsUser(KSERVE));
    }

    @ParameterizedTest
    @ValueSource(strings = {KSERVE, ALONE})
    void eachVariableIsASettingAndTheProgramTakesThemAll(String manifest) throws IOException {
        // Given
        Map<String, String> environment = environment(manifest);
        environment.remove("JAVA_OPTS");

        // When
        List<String> unknown = environment.entrySet().stream()
                .filter(variable -> overrides(Map.of(variable.getKey(), variable.getValue()))
                        .isEmpty())
                .map(Map.Entry::getKey)
                .toList();
        Settings settings = settings(manifest, environment);

        // Then
        assertThat(unknown).isEmpty();
        assertThat(settings.output().keyLayout())
                .as("the sample's layout in its place")
                .isEqualTo(manifest.equals(KSERVE) ? "digit-{label}/{key}" : "{label}/{key}");
        assertThat(settings.kafka().enabled()).isEqualTo(manifest.equals(ALONE));
    }

    @ParameterizedTest
    @ValueSource(strings = {KSERVE, ALONE})
    void probesAskWhereSomebodyAnswers(String manifest) throws IOException {
        // Given
        Settings settings = settings(manifest, environment(manifest));
        int port = settings.http().enabled()
                ? settings.http().port()
                : settings.management().port();
        String page = Files.readString(PackagedProgram.DISTRIBUTION.resolve("docs/http.md"))
                .replace("{name}", settings.predictor().modelName());

        // When
        JsonNode container = container(manifest);

        // Then
        assertThat(container.at("/ports/0/containerPort").asInt()).isEqualTo(port);
        for (String probe : List.of("liveness", "readiness")) {
            JsonNode get = container.at("/" + probe + "Probe/httpGet");
            assertThat(get.path("port").asInt()).as(probe).isEqualTo(port);
            assertThat(only(page, "(?m)^\\| (" + probe + "\\b.*)$"))
                    .contains(get.path("path").asText() + "`");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {KSERVE, ALONE})
    void nothingIsWrittenButBelowTmpAndNobodyIsRoot(String manifest) throws IOException {
        // Given the manifest

        // When
        JsonNode container = container(manifest);
        JsonNode security = container.path("securityContext");
        String writable = StreamSupport.stream(container.path("volumeMounts").spliterator(), false)
                .filter(mount -> !mount.path("readOnly").asBoolean())
                .map(mount -> mount.path("mountPath").asText())
                .reduce("", String::concat);

        // Then
        assertThat(security.path("runAsNonRoot").asBoolean()).isTrue();
        assertThat(security.path("readOnlyRootFilesystem").asBoolean()).isTrue();
        assertThat(security.path("allowPrivilegeEscalation").asBoolean(true)).isFalse();
        assertThat(writable).isEqualTo("/tmp");
        assertThat(PackagedProgram.DISTRIBUTION.resolve("lib/kafka-image-transformer-"
                        + container.path("image").asText().split(":")[1] + ".jar"))
                .exists();
    }

    @Test
    void theTimeToStopIsLongEnough() throws IOException {
        // Given
        Settings settings = settings(ALONE, environment(ALONE));
        long needed = settings.http().drain().toSeconds()
                + Long.parseLong(shipped().getProperty("camel.main.shutdown-timeout"));

        // When
        int given = podSpec(ALONE).path("terminationGracePeriodSeconds").asInt();

        // Then
        assertThat((long) given).isGreaterThan(needed);
    }

    @Test
    void whatMinioTellsIsWhatKafkaSourceBringsToTheInferenceService() throws IOException {
        // Given
        JsonNode source = documents("kserve/kafka-source.yaml").get(0).path("spec");
        Map<String, String> minio = new HashMap<>();
        documents("kserve/minio.yaml")
                .get(0)
                .at("/spec/template/spec/containers/0/env")
                .forEach(variable -> minio.put(
                        variable.path("name").asText(), variable.path("value").asText()));
        String service = documents(KSERVE).get(0).at("/metadata/name").asText();

        // When
        JsonNode sink = source.path("sink");

        // Then
        assertThat(source.at("/topics/0").asText()).isEqualTo(minio.get("MINIO_NOTIFY_KAFKA_TOPIC"));
        assertThat(source.at("/bootstrapServers/0").asText()).isEqualTo(minio.get("MINIO_NOTIFY_KAFKA_BROKERS"));
        assertThat(minio.get("MINIO_NOTIFY_KAFKA_QUEUE_DIR")).isNotEmpty();
        assertThat(sink.at("/ref/name").asText()).isEqualTo(service);
        assertThat(sink.path("uri").asText()).isEqualTo("/v1/models/" + service + ":predict");
        assertThat(source.at("/delivery/deadLetterSink/ref/name").asText())
                .isEqualTo(documents("kserve/kafka-source.yaml")
                        .get(1)
                        .at("/metadata/name")
                        .asText());
    }

    @Test
    void eachLinkOfAShippedPageLeadsToAShippedFile() throws IOException {
        // Given
        List<String> dead = new ArrayList<>();

        // When
        try (Stream<Path> files = Files.walk(PackagedProgram.DISTRIBUTION)) {
            for (Path page :
                    files.filter(file -> file.toString().endsWith(".md")).toList()) {
                LINK.matcher(Files.readString(page))
                        .results()
                        .map((MatchResult link) -> link.group(1))
                        .filter(link -> !Files.exists(page.resolveSibling(link)))
                        .forEach(link -> dead.add(PackagedProgram.DISTRIBUTION.relativize(page) + ": " + link));
            }
        }

        // Then
        assertThat(dead).isEmpty();
    }

    /** As the program reads them; behind KServe with the arguments that its controller appends. */
    private Settings settings(String manifest, Map<String, String> environment) throws IOException {
        Map<String, String> arguments = manifest.equals(KSERVE)
                ? KServeArguments.parse(
                                "--model_name",
                                "mnist",
                                "--predictor_host",
                                "mnist-predictor.default",
                                "--http_port",
                                "8080")
                        .settings()
                : Map.of();
        Map<String, String> values = new HashMap<>(overrides(environment));
        values.putAll(arguments);
        values.replaceAll((key, value) -> key.endsWith("-key-file") ? mounted(manifest, value) : value);
        Properties shipped = shipped();
        return Settings.read(key -> values.getOrDefault(key, shipped.getProperty(key, ""))
                .replace("{{events.topic}}", values.getOrDefault("events.topic", "mnist")));
    }

    /** The file of this test that stands for one of the pod: a key of the shipped Secret, where that is mounted. */
    private String mounted(String manifest, String file) {
        JsonNode mount = StreamSupport.stream(
                        container(manifest).path("volumeMounts").spliterator(), false)
                .filter(candidate -> Path.of(file)
                        .getParent()
                        .equals(Path.of(candidate.path("mountPath").asText())))
                .findFirst()
                .orElseThrow();
        String secret = StreamSupport.stream(podSpec(manifest).path("volumes").spliterator(), false)
                .filter(volume -> volume.path("name").equals(mount.path("name")))
                .map(volume -> volume.at("/secret/secretName").asText())
                .findFirst()
                .orElseThrow();
        JsonNode shipped = documents("kserve/secret.yaml").get(0);
        assertThat(secret).isEqualTo(shipped.at("/metadata/name").asText());
        String key = Path.of(file).getFileName().toString();
        try {
            return Files.writeString(
                            secrets.resolve(key),
                            shipped.at("/stringData/" + key).asText())
                    .toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, String> overrides(Map<String, String> environment) {
        return new SettingSources(shipped().stringPropertyNames(), Set.of(), Map.of(), environment).overrides(Map.of());
    }

    private static Properties shipped() {
        Properties shipped = new Properties();
        try (InputStream in = Files.newInputStream(PackagedProgram.DISTRIBUTION.resolve("application.properties"))) {
            shipped.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return shipped;
    }

    private static Map<String, String> environment(String manifest) {
        Map<String, String> environment = new HashMap<>();
        container(manifest)
                .path("env")
                .forEach(variable -> environment.put(
                        variable.path("name").asText(), variable.path("value").asText()));
        return environment;
    }

    private static String runAsUser(String manifest) {
        return container(manifest).at("/securityContext/runAsUser").asText();
    }

    private static JsonNode container(String manifest) {
        return podSpec(manifest).at("/containers/0");
    }

    private static JsonNode podSpec(String manifest) {
        JsonNode spec = documents(manifest).get(0).path("spec");
        return manifest.equals(KSERVE) ? spec.path("transformer") : spec.at("/template/spec");
    }

    private static List<JsonNode> documents(String manifest) {
        try {
            List<JsonNode> documents = new ArrayList<>();
            new Load(LoadSettings.builder().build())
                    .loadAllFromString(Files.readString(DEPLOY.resolve(manifest)))
                    .forEach(document -> documents.add(JSON.valueToTree(document)));
            return documents;
        } catch (IOException e) {
            throw new UncheckedIOException("run the build's package phase first", e);
        }
    }

    private static String only(String text, String pattern) {
        List<String> found = Pattern.compile(pattern)
                .matcher(text)
                .results()
                .map(match -> match.group(1))
                .toList();
        assertThat(found).as(pattern).hasSize(1);
        return found.get(0);
    }
}
