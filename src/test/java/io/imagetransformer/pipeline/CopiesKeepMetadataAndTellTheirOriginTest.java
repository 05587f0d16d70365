package io.imagetransformer.pipeline;

import java.util.Map;

import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;

import io.imagetransformer.KafkaImageTransformer;
import io.imagetransformer.sandbox.Mnist;

import static org.assertj.core.api.Assertions.assertThat;

/** Guarantee 5: what was classified is what is filed, with all that its uploader said of it. */
class CopiesKeepMetadataAndTellTheirOriginTest {
    @AutoClose
    private static final Stack stack = Stack.start();

    @Test
    void contentTypeHeadersAndUserMetadataStayAndProvenanceIsAdded() {
        // Given
        stack.client.putObject(
                put -> put.bucket(stack.source)
                        .key("möwe 1.png")
                        .contentType("image/x-custom")
                        .cacheControl("max-age=60")
                        .contentDisposition("attachment; filename=\"x.png\"")
                        .metadata(Map.of("author", "Yann", "empty", "")),
                RequestBody.fromBytes(Mnist.png(0)));

        // When
        try (KafkaImageTransformer program = stack.startProgram()) {
            stack.awaitAllDone();
        }

        // Then
        String copy = Mnist.label(0) + "/möwe 1.png";
        HeadObjectResponse head = stack.head(stack.output, copy);
        assertThat(stack.object(stack.output, copy)).isEqualTo(Mnist.png(0));
        assertThat(head.contentType()).isEqualTo("image/x-custom");
        assertThat(head.cacheControl()).isEqualTo("max-age=60");
        assertThat(head.contentDisposition()).isEqualTo("attachment; filename=\"x.png\"");
        assertThat(head.metadata())
                .containsEntry("author", "Yann")
                .containsEntry("image-transformer-source", "mnist/m%C3%B6we+1.png")
                .containsEntry("image-transformer-model", "mnist")
                .containsEntry("image-transformer-label", String.valueOf(Mnist.label(0)))
                .containsKey("image-transformer-source-etag");
        assertThat(Double.parseDouble(head.metadata().get("image-transformer-confidence")))
                .isBetween(Mnist.confidence(0) - 1e-4, Mnist.confidence(0) + 1e-4);
    }

    @Test
    void whereMetadataIsFullTheUploadersStays() {
        // Given
        Map<String, String> full = Map.of("notes", "x".repeat(2_000));
        stack.client.putObject(
                put -> put.bucket(stack.source).key("full.png").metadata(full), RequestBody.fromBytes(Mnist.png(1)));

        // When
        try (KafkaImageTransformer program = stack.startProgram()) {
            stack.awaitAllDone();
        }

        // Then
        assertThat(stack.head(stack.output, Mnist.label(1) + "/full.png").metadata())
                .isEqualTo(full);
    }

    @Test
    void aCopyThatIsPutIntoASourceBucketIsNotTakenAsAnUpload() {
        // Given
        stack.client.putObject(
                put -> put.bucket(stack.source)
                        .key("7/copy.png")
                        .metadata(Map.of("image-transformer-source", "mnist/copy.png")),
                RequestBody.fromBytes(Mnist.png(2)));
        stack.upload("next.png", Mnist.png(3));

        // When
        try (KafkaImageTransformer program = stack.startProgram()) {
            stack.awaitAllDone();
        }

        // Then
        assertThat(stack.filed()).contains(Mnist.label(3) + "/next.png").noneMatch(key -> key.endsWith("7/copy.png"));
        assertThat(stack.deadLetters()).isEmpty();
    }
}
