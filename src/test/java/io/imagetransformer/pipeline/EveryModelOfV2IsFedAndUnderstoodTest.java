package io.imagetransformer.pipeline;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import io.imagetransformer.KafkaImageTransformer;
import io.imagetransformer.config.Settings;
import io.imagetransformer.sandbox.EmbeddedPredictor;
import io.imagetransformer.sandbox.EmbeddedPredictor.AnswerForm;
import io.imagetransformer.sandbox.Mnist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

/** Tensor names, shapes, datatypes and outputs differ from model to model; what is on the image does not. */
@ParameterizedClass
@EnumSource(names = "V1", mode = EnumSource.Mode.EXCLUDE)
@Order(1)
class EveryModelOfV2IsFedAndUnderstoodTest {
    private static final int IMAGES = 12;

    private static Stack stack;
    private static Map<String, String> settings;

    @Parameter
    Settings.Protocol protocol;

    @BeforeParameterizedClassInvocation
    static void startStack(Settings.Protocol protocol) {
        stack = Stack.start();
        settings = stack.settings(protocol);
    }

    @AfterParameterizedClassInvocation
    static void closeStack() {
        stack.close();
    }

    static Stream<Arguments> models() {
        return Stream.of(
                model("flat", p -> p.take("image", "FP32", -1L, 784L), AnswerForm.MULTI_OUTPUT, Map.of()),
                model("rows", p -> p.take("x", "FP64", -1L, 28L, 28L, 1L), AnswerForm.PROBABILITIES, Map.of()),
                model("planes", p -> p.take("x", "UINT8", -1L, 1L, 28L, 28L), AnswerForm.CLASS_AS_TEXT, Map.of()),
                model(
                        "bytes",
                        p -> p.take("x", "UINT8", -1L, 784L),
                        AnswerForm.CLASS_IN_ARRAY,
                        Map.of("predictor.binary", "true", "model.version", "1")),
                model(
                        "binary text",
                        p -> p.take("x", "FP32", -1L, 784L),
                        AnswerForm.CLASS_AS_TEXT,
                        Map.of("predictor.binary", "true")),
                model(
                        "bytes in, JSON out",
                        p -> {
                            p.take("x", "FP32", -1L, 784L);
                            p.answerInBytes(false);
                        },
                        AnswerForm.MULTI_OUTPUT,
                        Map.of("predictor.binary", "true")),
                model("untold", p -> p.takeWithoutTelling("input-0", "FP32", -1L, 784L), AnswerForm.LABEL, Map.of()),
                model(
                        "settings win",
                        p -> p.takeWithoutTelling("pixels", "INT64", -1L, 28L, 28L),
                        AnswerForm.LABEL,
                        Map.of(
                                "predictor.input.name", "pixels",
                                "predictor.input.datatype", "INT64",
                                "predictor.input.shape", "-1,28,28",
                                "predictor.output.label", "classes",
                                "predictor.parameters", "priority=1")));
    }

    private static Arguments model(
            String name, Consumer<EmbeddedPredictor> model, AnswerForm form, Map<String, String> settings) {
        return argumentSet(name, name, model, form, settings);
    }

    @ParameterizedTest
    @MethodSource("models")
    void itsImagesAreFiled(
            String folder, Consumer<EmbeddedPredictor> model, AnswerForm form, Map<String, String> changes) {
        // Given
        model.accept(stack.predictor);
        stack.predictor.answerAs(form);
        upload(folder);
        Map<String, String> changed = new HashMap<>(settings);
        changed.putAll(changes);

        // When
        try (KafkaImageTransformer program = stack.startProgram(changed)) {
            stack.awaitAllDone();
        }

        // Then
        assertFiled(folder);
        assertThat(stack.deadLetterReasons()).isEmpty();
    }

    @Test
    void aModelThatIsReplacedByAnotherIsAskedAgainWhatItTakes() {
        // Given
        stack.predictor.answerAs(AnswerForm.MULTI_OUTPUT);
        stack.predictor.take("image", "FP32", -1L, 784L);
        try (KafkaImageTransformer program = stack.startProgram(settings)) {
            upload("first");
            stack.awaitAllDone();

            // When
            stack.predictor.take("pixels", "UINT8", -1L, 28L, 28L, 1L);
            upload("second");
            stack.awaitAllDone();
        }

        // Then
        assertFiled("first");
        assertFiled("second");
        assertThat(stack.deadLetterReasons()).isEmpty();
    }

    @Test
    void aModelOfAnotherImageSizeIsWaitedForAndNoImageIsBlamed() {
        // Given
        stack.predictor.answerAs(AnswerForm.MULTI_OUTPUT);
        stack.predictor.take("image", "FP32", -1L, 3L, 224L, 224L);
        stack.predictor.forget();
        try (KafkaImageTransformer program = stack.startProgram(settings)) {
            int asked = stack.predictor.metadataRequests();
            upload("late");
            await("asked, and asked again")
                    .atMost(Stack.PATIENCE)
                    .until(() -> stack.predictor.metadataRequests() > asked + 1);
            assertThat(stack.predictor.requests()).as("shown to the model").isZero();

            // When
            stack.predictor.take("image", "FP32", -1L, 784L);
            stack.awaitAllDone();
        }

        // Then
        assertFiled("late");
        assertThat(stack.deadLetterReasons()).isEmpty();
    }

    private static void upload(String folder) {
        IntStream.range(0, IMAGES).forEach(i -> stack.upload(folder + "/" + i + ".png", Mnist.png(i)));
        stack.s3.flushNotifications();
    }

    private static void assertFiled(String folder) {
        assertThat(stack.filed())
                .filteredOn(key -> key.contains("/" + folder + "/"))
                .containsExactlyInAnyOrderElementsOf(IntStream.range(0, IMAGES)
                        .mapToObj(i -> Mnist.label(i) + "/" + folder + "/" + i + ".png")
                        .toList());
    }
}
