package io.imagetransformer.sandbox;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Which keys the embedded S3 server takes, and, where AWS takes more, how it refuses them. */
class EmbeddedS3KeysTest {
    private static EmbeddedS3 inMemory;
    private static EmbeddedS3 inFolder;

    @BeforeAll
    static void start(@TempDir Path folder) {
        inMemory = EmbeddedS3.inMemory().start();
        inFolder = EmbeddedS3.inFolder(folder).start();
    }

    @AfterAll
    static void stop() {
        inMemory.close();
        inFolder.close();
    }

    static Stream<Arguments> keysThatWork() {
        return Stream.of(inMemory, inFolder).flatMap(s3 -> Stream.of(
                        "0.png",
                        " leading and trailing ",
                        "a b/0 1.png",
                        "a+b/1+1.png",
                        "a%2Bb%20.png",
                        "100%.png",
                        "?x=1&y=2#z.png",
                        "${jndi:x}{{y}}.png",
                        "back\\slash.png",
                        "a;b:c,d=e@f!g$h'i(j)*.png",
                        "ünï/数字/🙂-7.png",
                        "x/y/z/0.png",
                        "...",
                        "line\nbreak\ttab.png",
                        "n".repeat(218))
                .map(key -> Arguments.of(s3, key)));
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("keysThatWork")
    void anOddKeyComesBackAsItWasPut(EmbeddedS3 s3, String key) {
        // Given
        s3.createBuckets("odd");
        byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
        try (S3Client client = s3.client()) {

            // When
            client.putObject(request -> request.bucket("odd").key(key), RequestBody.fromBytes(bytes));

            // Then
            assertThat(client.getObjectAsBytes(request -> request.bucket("odd").key(key))
                            .asByteArray())
                    .isEqualTo(bytes);
            List<String> listed = client.listObjectsV2(request -> request.bucket("odd")).contents().stream()
                    .map(S3Object::key)
                    .toList();
            assertThat(listed).contains(key);
        }
    }

    static Stream<Arguments> keysThatDoNot() {
        return Stream.of(
                Arguments.of(inMemory, "a//b.png", 403),
                Arguments.of(inFolder, "a//b.png", 403),
                Arguments.of(inMemory, "/a.png", 403),
                Arguments.of(inFolder, "/a.png", 403),
                Arguments.of(inMemory, "../a.png", 400),
                Arguments.of(inFolder, "../a.png", 400),
                Arguments.of(inFolder, "n".repeat(219), 500),
                Arguments.of(inMemory, "n".repeat(1025), 400));
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("keysThatDoNot")
    void aKeyBeyondTheLimitsIsRefused(EmbeddedS3 s3, String key, int status) {
        // Given
        s3.createBuckets("odd");
        try (S3Client client = s3.client()) {

            // When // Then
            assertThatExceptionOfType(S3Exception.class)
                    .isThrownBy(() ->
                            client.putObject(request -> request.bucket("odd").key(key), RequestBody.fromString("x")))
                    .extracting(S3Exception::statusCode)
                    .isEqualTo(status);
        }
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("both")
    void aDotInAKeyIsResolvedAsInAPath(EmbeddedS3 s3) {
        // Given
        s3.createBuckets("dots");
        try (S3Client client = s3.client()) {

            // When
            client.putObject(request -> request.bucket("dots").key("a/./b"), RequestBody.fromString("x"));

            // Then
            assertThat(client.listObjectsV2(request -> request.bucket("dots")).contents())
                    .extracting(S3Object::key)
                    .containsExactly("a/b");
        }
    }

    static Stream<EmbeddedS3> both() {
        return Stream.of(inMemory, inFolder);
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("both")
    void aKeyThatIsAFolderOfAnotherIsRefused(EmbeddedS3 s3) {
        // Given
        s3.createBuckets("nested");
        try (S3Client client = s3.client()) {
            client.putObject(request -> request.bucket("nested").key("p"), RequestBody.fromString("x"));

            // When // Then
            assertThatExceptionOfType(S3Exception.class)
                    .isThrownBy(() -> client.putObject(
                            request -> request.bucket("nested").key("p/q"), RequestBody.fromString("y")))
                    .extracting(S3Exception::statusCode)
                    .isEqualTo(500);
        }
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("both")
    void aKeyOf1024BytesWorksWhereNoSegmentIsLongerThanTheStoreTakes(EmbeddedS3 s3) {
        // Given
        s3.createBuckets("long");
        String key = s3 == inMemory ? "n".repeat(1024) : ("n".repeat(200) + "/").repeat(5) + "n".repeat(19);
        try (S3Client client = s3.client()) {

            // When
            client.putObject(request -> request.bucket("long").key(key), RequestBody.fromString("x"));

            // Then
            assertThat(client.getObjectAsBytes(request -> request.bucket("long").key(key))
                            .asUtf8String())
                    .isEqualTo("x");
        }
    }
}
