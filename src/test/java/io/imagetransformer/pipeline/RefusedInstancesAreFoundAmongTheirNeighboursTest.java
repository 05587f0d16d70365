package io.imagetransformer.pipeline;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
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
import io.imagetransformer.predictor.Answer;
import io.imagetransformer.sandbox.Mnist;
import io.imagetransformer.sandbox.PredictorBehaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

/** Guarantee 4: one instance that the predictor cannot take does not fail its chunk. */
@ParameterizedClass
@EnumSource
@Order(1)
class RefusedInstancesAreFoundAmongTheirNeighboursTest {
    private static final int IMAGES = 9;
    private static final int BAD = 5;

    private static Stack stack;
    private static KafkaImageTransformer program;

    @Parameter
    Settings.Protocol protocol;

    @BeforeParameterizedClassInvocation
    static void startProgram(Settings.Protocol protocol) {
        stack = Stack.start();
        program = stack.startProgram(stack.settings(protocol));
    }

    @AfterParameterizedClassInvocation
    static void close() {
        program.close();
        stack.close();
    }

    static Stream<Arguments> refusals() {
        return Stream.of(
                refusal("400", bad -> PredictorBehaviour.refusing(400, bad)),
                refusal("413", bad -> PredictorBehaviour.refusing(413, bad)),
                refusal("422", bad -> PredictorBehaviour.refusing(422, bad)),
                refusal("null", PredictorBehaviour::nullFor),
                refusal("NaN", PredictorBehaviour::notANumberFor));
    }

    private static Arguments refusal(String name, Function<Predicate<float[]>, PredictorBehaviour> behaviour) {
        return argumentSet(name, behaviour.apply(instance -> isImage(BAD, instance)), name);
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void theOneAtFaultIsDeadLetteredAndAllOthersAreFiled(PredictorBehaviour behaviour, String folder) {
        // Given
        stack.predictor.behave(behaviour);
        Map<String, String> lettersBefore = stack.deadLetterReasons();
        IntStream.range(0, IMAGES).forEach(i -> stack.upload(folder + "/" + i + ".png", Mnist.png(i)));

        // When
        stack.awaitAllDone();

        // Then
        Map<String, String> expected = new TreeMap<>(lettersBefore);
        expected.put("mnist/" + folder + "/" + BAD + ".png", "predict predictor-refused");
        assertThat(stack.deadLetterReasons()).isEqualTo(expected);
        assertThat(stack.filed())
                .filteredOn(key -> key.contains("/" + folder + "/"))
                .containsExactlyInAnyOrderElementsOf(IntStream.range(0, IMAGES)
                        .filter(i -> i != BAD)
                        .mapToObj(i -> Mnist.label(i) + "/" + folder + "/" + i + ".png")
                        .toList());
    }

    @Test
    void anInstanceThatComesAloneIsBlamedOnceThePredictorTakesAnother() {
        // Given
        stack.predictor.behave(PredictorBehaviour.refusing(400, instance -> isImage(BAD, instance)));
        stack.upload("alone.png", Mnist.png(BAD));

        // When
        stack.awaitAllDone();

        // Then
        assertThat(stack.deadLetterReasons()).containsEntry("mnist/alone.png", "predict predictor-refused");
    }

    @Test
    void aPredictorThatTakesFewInstancesGetsFewer() {
        // Given
        stack.predictor.behave(PredictorBehaviour.limitedTo(2));
        Map<String, String> lettersBefore = stack.deadLetterReasons();
        IntStream.range(0, IMAGES).forEach(i -> stack.upload("few/" + i + ".png", Mnist.png(i)));

        // When
        stack.awaitAllDone();

        // Then
        assertThat(stack.filed()).filteredOn(key -> key.contains("/few/")).hasSize(IMAGES);
        assertThat(stack.deadLetterReasons()).isEqualTo(lettersBefore);
    }

    @Test
    void aPredictorWhoseAnswersAreTooLargeIsAskedAboutFewerInstances() {
        assumeThat(protocol).as("over gRPC the channel's own limit").isNotEqualTo(Settings.Protocol.GRPC_V2);

        // Given
        PredictorBehaviour.Answer large =
                PredictorBehaviour.Answer.json(200, "[" + "1,".repeat(Answer.MOST_BYTES / 2) + "1]");
        stack.predictor.behave(call -> call.instances().size() > 5 ? large : call.predict());
        Map<String, String> lettersBefore = stack.deadLetterReasons();
        IntStream.range(0, IMAGES).forEach(i -> stack.upload("large/" + i + ".png", Mnist.png(i)));

        // When
        stack.awaitAllDone();

        // Then
        assertThat(stack.filed()).filteredOn(key -> key.contains("/large/")).hasSize(IMAGES);
        assertThat(stack.deadLetterReasons()).isEqualTo(lettersBefore);
    }

    private static boolean isImage(int index, float[] instance) {
        double[] image = Mnist.instance(index);
        float[] floats = new float[image.length];
        IntStream.range(0, image.length).forEach(i -> floats[i] = (float) image[i]);
        return Arrays.equals(floats, instance);
    }
}
