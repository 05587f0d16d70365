package io.imagetransformer.pipeline;

import java.util.Map;

import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

import io.imagetransformer.KafkaImageTransformer;
import io.imagetransformer.config.Settings;
import io.imagetransformer.sandbox.FaultProxy;
import io.imagetransformer.sandbox.Mnist;
import io.imagetransformer.sandbox.PredictorBehaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** What gRPC's channel does not do by itself. */
class GrpcCallsAreBoundedAndComeBackTest {
    @AutoClose
    private static final Stack stack = Stack.start();

    @Test
    void aCallThatHangsEndsAfterThePredictorsTimeOut() {
        // Given
        Map<String, String> settings = stack.settings(Settings.Protocol.GRPC_V2);
        settings.put("predictor.timeout", "300ms");
        stack.predictor.forget();
        stack.predictor.behave(PredictorBehaviour.hanging());
        stack.upload("hangs.png", Mnist.png(0));
        try (KafkaImageTransformer program = stack.startProgram(settings)) {
            await("a second call").atMost(Stack.PATIENCE).until(() -> stack.predictor.requests() > 1);

            // When
            stack.predictor.behave(PredictorBehaviour.real());

            // Then
            stack.awaitAllDone();
        }
        assertThat(stack.filed()).contains(Mnist.label(0) + "/hangs.png");
        assertThat(stack.deadLetterReasons()).isEmpty();
    }

    @Test
    void aPredictorThatEndedIsCalledAgainAsSoonAsItIsBack() throws Exception {
        // Given
        Map<String, String> settings = stack.settings(Settings.Protocol.GRPC_V2);
        int port = Integer.parseInt(settings.get("predictor.host").replaceFirst(".*:", ""));
        stack.predictor.behave(PredictorBehaviour.real());
        try (KafkaImageTransformer program = stack.startProgram(settings)) {
            stack.upload("before.png", Mnist.png(1));
            stack.awaitAllDone();

            // When
            stack.predictor.stopGrpc();
            stack.upload("meanwhile.png", Mnist.png(2));
            stack.s3.flushNotifications();
            await("the event is there").atMost(Stack.PATIENCE).until(() -> stack.lag() == 1);
            stack.predictor.startGrpc(port);

            // Then
            stack.awaitAllDone();
        }
        assertThat(stack.filed()).contains(Mnist.label(1) + "/before.png", Mnist.label(2) + "/meanwhile.png");
        assertThat(stack.deadLetterReasons()).isEmpty();
    }

    @Test
    void oneConnectionServesUntilNothingComesBackOnIt() {
        // Given
        Map<String, String> settings = stack.settings(Settings.Protocol.GRPC_V2);
        int port = Integer.parseInt(settings.get("predictor.host").replaceFirst(".*:", ""));
        stack.predictor.behave(PredictorBehaviour.real());
        try (FaultProxy proxy = FaultProxy.before("127.0.0.1", port)) {
            settings.put("predictor.host", proxy.address());
            settings.put("predictor.timeout", "500ms");
            try (KafkaImageTransformer program = stack.startProgram(settings)) {
                for (int i = 0; i < 3; i++) {
                    stack.upload("one-by-one-" + i + ".png", Mnist.png(i));
                    stack.awaitAllDone();
                }
                int before = proxy.connectionCount();

                // When
                proxy.silenceOpenOnes();
                stack.upload("silence.png", Mnist.png(4));
                stack.awaitAllDone();

                // Then
                assertThat(before).isEqualTo(1);
                assertThat(proxy.connectionCount()).isEqualTo(2);
            }
        }
        assertThat(stack.filed()).contains(Mnist.label(4) + "/silence.png");
        assertThat(stack.deadLetterReasons()).isEmpty();
    }
}
