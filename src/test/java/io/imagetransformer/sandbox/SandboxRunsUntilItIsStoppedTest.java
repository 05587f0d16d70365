package io.imagetransformer.sandbox;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** A sandbox that goes on after its samples, while something else holds the usual ports. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Order(1)
class SandboxRunsUntilItIsStoppedTest {
    private static final Path SEVEN = Path.of("src/test/resources/samples/7-blue-ink-200x200.png");
    private static final Duration SOON = Duration.ofSeconds(20);

    @TempDir
    private static Path data;

    private static final List<ServerSocket> USUAL_PORTS = new ArrayList<>();
    private static SandboxProcess sandbox;
    private static String curl;

    @BeforeAll
    static void start() throws IOException {
        for (int port : new int[] {9092, 9000, 8081, 8080, 9876}) {
            ServerSocket usual = new ServerSocket();
            USUAL_PORTS.add(usual);
            try {
                usual.bind(new InetSocketAddress(LoopbackPorts.loopback(), port));
            } catch (BindException another) {
                // It is taken, which is what is wanted.
            }
        }
        sandbox = SandboxProcess.start(data);
        curl = sandbox.await("or upload it:  (curl .*)");
    }

    @AfterAll
    static void end() throws IOException {
        sandbox.close();
        for (ServerSocket usual : USUAL_PORTS) {
            usual.close();
        }
    }

    @Test
    @Order(1)
    void portsThatAreTakenAreLeftAlone() {
        assertThat(sandbox.output())
                .containsPattern("Kafka broker +127\\.0\\.0\\.1:\\d+")
                .containsPattern("S3 server +http://127\\.0\\.0\\.1:\\d+")
                .containsPattern("predictor +http://127\\.0\\.0\\.1:\\d+/")
                .containsPattern("management\\.port=\\d+")
                .doesNotContainPattern("127\\.0\\.0\\.1:(9092|9000|8081|8080|9876)\\b");
    }

    @Test
    @Order(1)
    void aPictureInTheInboxIsFiledAndMovedAside() throws IOException {
        // When
        Path folder = Files.createDirectories(data.resolve("inbox/by hand"));
        Files.copy(SEVEN, folder.resolve("my seven.png"));

        // Then
        Path filed = data.resolve("s3/digits/7/by hand/my seven.png");
        Awaitility.await("the picture is filed").atMost(SOON).untilAsserted(() -> assertThat(filed)
                .hasSameBinaryContentAs(SEVEN));
        Awaitility.await("the picture is moved aside").atMost(SOON).untilAsserted(() -> assertThat(
                        data.resolve("uploaded/by hand/my seven.png"))
                .hasSameBinaryContentAs(SEVEN));
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    @Order(1)
    void theUploadCommandThatItShowsWorks(@TempDir Path folder) throws Exception {
        // Given
        assumeTrue(curlSigns(), "curl 7.87 or newer");
        Files.copy(SEVEN, folder.resolve("my-digit.png"));

        // When
        Process upload = new ProcessBuilder("sh", "-c", curl + " --fail --no-progress-meter")
                .directory(folder.toFile())
                .inheritIO()
                .start();

        // Then
        assertThat(upload.waitFor()).isZero();
        Awaitility.await("the picture is filed").atMost(SOON).untilAsserted(() -> assertThat(
                        data.resolve("s3/digits/7/my-digit.png"))
                .hasSameBinaryContentAs(SEVEN));
    }

    private static boolean curlSigns() throws IOException {
        try {
            Process version = new ProcessBuilder("curl", "--version").start();
            String first = version.inputReader().readLine();
            String[] numbers = first.split(" ")[1].split("[^0-9]");
            int major = Integer.parseInt(numbers[0]);
            return major > 7 || major == 7 && Integer.parseInt(numbers[1]) >= 87;
        } catch (IOException none) {
            return false;
        }
    }

    @Test
    @Order(1)
    void aSecondSandboxOnTheSameFolderEndsWithOnePlainLine() {
        // When
        SandboxProcess second = SandboxProcess.run(data, "--once");

        // Then
        assertThat(second.exitCode()).isOne();
        assertThat(second.lines())
                .containsExactly("sandbox: another sandbox uses the data folder " + data
                        + ". Stop that one, or give another folder with --data.");
    }

    @Test
    @Order(2)
    void whatWasFiledSurvivesAKillAndTheSamplesAreFiledAnew() throws IOException {
        // Given
        sandbox.close();
        assertThat(sandbox.output()).doesNotContain("Exception", "ERROR");

        // When
        sandbox = SandboxProcess.start(data);

        // Then
        sandbox.await("All \\d+ are filed under the digit");
        sandbox.await("or upload it:  curl");
        try (Stream<Path> filed = Files.list(data.resolve("s3/digits/7"))) {
            assertThat(filed).contains(data.resolve("s3/digits/7/by hand"));
        }
    }

    @Test
    @Order(3)
    void toldToStopItEndsInGoodOrder() {
        // When
        sandbox.tellToStop();

        // Then
        assertThat(sandbox.exitCode()).isZero();
        assertThat(sandbox.lines()).endsWith("", "stopping ...", "stopped");
        assertThat(sandbox.output()).doesNotContain("Exception", "ERROR");
    }
}
