package io.imagetransformer.packaged;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.sync.RequestBody;

import io.imagetransformer.pipeline.Stack;
import io.imagetransformer.sandbox.FaultProxy;
import io.imagetransformer.sandbox.Mnist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** In a cluster everything starts at once, in any order: one plain line tells what is waited for, and what to do. */
class WhatIsMissingAtStartIsWaitedForIT {
    @Test
    void topicStoreBucketsAndPredictorMayComeLater() throws Exception {
        try (Stack stack = Stack.start();
                FaultProxy s3 = FaultProxy.before("127.0.0.1", stack.s3.port());
                FaultProxy predictor = FaultProxy.before(
                        "127.0.0.1", Integer.parseInt(stack.predictor.hostPort().replaceFirst(".*:", "")))) {
            // Given
            s3.refuse();
            predictor.refuse();
            Map<String, String> settings = new HashMap<>(stack.settings());
            settings.put("events.topic", "late-events");
            settings.put("source.buckets", "late-source");
            settings.put("output.bucket", "late-output");
            settings.put("s3.endpoint", "http://" + s3.address());
            settings.put("predictor.host", predictor.address());
            try (PackagedProgram program = PackagedProgram.start(settings)) {
                // When
                awaitOneLine(program, "the events topic late-events does not exist");
                stack.probe().createTopic("late-events", 3);
                awaitOneLine(program, "S3 at http://" + s3.address() + " cannot be reached");
                s3.heal();
                awaitOneLine(program, "the bucket late-source (source.buckets) does not exist");
                stack.s3.createBuckets("late-source");
                awaitOneLine(program, "the bucket late-output (output.bucket) does not exist");
                stack.s3.createBuckets("late-output");
                awaitOneLine(program, "the predictor at http://" + predictor.address() + "/v1/models/mnist cannot be");
                predictor.heal();
                program.awaitReady();

                // Then
                assertThat(stack.probe().partitionCount("late-events-dead-letter"))
                        .as("as many as the events topic has")
                        .isEqualTo(3);
                stack.client.putObject(
                        put -> put.bucket("late-source").key("a.png"), RequestBody.fromBytes(Mnist.png(0)));
                stack.probe().send("late-events", "a", event("late-source", "a.png"));
                await("the image is filed").atMost(Stack.PATIENCE).untilAsserted(() -> assertThat(
                                stack.keys("late-output"))
                        .containsExactly(Mnist.label(0) + "/a.png"));
                assertThat(program.lines("WARN")).as("one line for each").hasSize(5);
                assertThat(program.lines("ERROR")).isEmpty();
            }
        }
    }

    @Test
    void aBrokerMayComeLaterAndIsWaitedForWithOneLine() {
        try (Stack stack = Stack.start()) {
            // Given
            Map<String, String> settings = new HashMap<>(stack.settings());
            settings.put("kafka.brokers", "127.0.0.1:9");

            // When
            try (PackagedProgram program = PackagedProgram.start(settings)) {
                awaitOneLine(program, "Kafka at 127.0.0.1:9 cannot be reached");

                // Then
                assertThat(program.lines()).hasSize(2);
            }
        }
    }

    private static void awaitOneLine(PackagedProgram program, String part) {
        program.awaitLine(part);
        await("no second line of it")
                .during(Duration.ofMillis(1_500))
                .atMost(PackagedProgram.PATIENCE)
                .untilAsserted(() -> assertThat(program.lines(part)).hasSize(1));
    }

    private static byte[] event(String bucket, String key) {
        return ("{\"Records\":[{\"eventSource\":\"aws:s3\",\"eventName\":\"s3:ObjectCreated:Put\",\"s3\":{\"bucket\":"
                        + "{\"name\":\"" + bucket + "\"},\"object\":{\"key\":\"" + key + "\"}}}]}")
                .getBytes(StandardCharsets.UTF_8);
    }
}
