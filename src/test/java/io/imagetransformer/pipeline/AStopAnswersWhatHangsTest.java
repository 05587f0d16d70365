package io.imagetransformer.pipeline;

import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import io.imagetransformer.KafkaImageTransformer;
import io.imagetransformer.sandbox.Mnist;
import io.imagetransformer.sandbox.PredictorBehaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** A client of a request in hand can send it to another instance, if it is told so. */
class AStopAnswersWhatHangsTest {
    private static final int PATIENCE_SECONDS = 30;

    @Test
    void aRequestWhosePredictorHangsIsAnsweredWith503() throws Exception {
        try (Stack stack = Stack.start()) {
            // Given
            stack.predictor.behave(PredictorBehaviour.hanging());
            stack.upload("0.png", Mnist.png(0));
            Map<String, String> settings = new HashMap<>(stack.httpOnly());
            settings.put("camel.main.shutdown-timeout", "2");
            KafkaImageTransformer program = stack.startProgram(settings);
            String event = Events.upload(stack.source, "0.png", Mnist.png(0).length);
            List<CompletableFuture<HttpResponse<String>>> requests = Stream.of(HttpClient.Version.values())
                    .map(version -> new Door(program.httpPort(), version))
                    .map(door -> door.postAsync("/v1/models/mnist:predict", event, Map.of()))
                    .toList();
            await("both hang").atMost(Stack.PATIENCE).until(() -> stack.predictor.requests() == 2);

            // When
            program.close();

            // Then
            for (CompletableFuture<HttpResponse<String>> request : requests) {
                HttpResponse<String> answer = answer(request);
                assertThat(answer.statusCode()).isEqualTo(503);
                assertThat(answer.headers().firstValue("Retry-After")).isPresent();
                assertThat(answer.body()).contains("stopping: ask another instance");
            }
        }
    }

    private static HttpResponse<String> answer(CompletableFuture<HttpResponse<String>> request)
            throws InterruptedException, ExecutionException, TimeoutException {
        return request.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }
}
