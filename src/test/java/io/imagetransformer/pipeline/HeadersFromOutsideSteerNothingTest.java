package io.imagetransformer.pipeline;

import java.util.LinkedHashMap;
import java.util.Map;

import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

import io.imagetransformer.KafkaImageTransformer;
import io.imagetransformer.sandbox.KafkaTopicProbe;
import io.imagetransformer.sandbox.Mnist;

import static org.assertj.core.api.Assertions.assertThat;

/** Whoever may write to the events topic must not choose where the program reads, asks or writes. */
class HeadersFromOutsideSteerNothingTest {
    private static final Map<String, String> STEERING = new LinkedHashMap<>();

    static {
        STEERING.put("kafka.OVERRIDE_TOPIC", "elsewhere");
        STEERING.put("KAFKA.override_topic", "elsewhere");
        STEERING.put("CamelKafkaOverrideTopic", "elsewhere");
        STEERING.put("kafka.PARTITION_KEY", "99");
        STEERING.put("CamelAwsS3Key", "elsewhere");
        STEERING.put("CamelAwsS3BucketName", "review");
        STEERING.put("CamelAwsS3OverrideBucketName", "review");
        STEERING.put("CamelAwsS3Operation", "deleteObject");
        STEERING.put("CamelHttpUri", "http://127.0.0.1:1/");
        STEERING.put("CamelHttpPath", "/elsewhere");
        STEERING.put("CamelHttpMethod", "DELETE");
        STEERING.put("CamelFileName", "../../elsewhere");
        STEERING.put("CamelRedeliveryCounter", "1000000");
        STEERING.put("Authorization", "Bearer elsewhere");
        // Look-alikes of CloudEvents attributes, over Kafka and over HTTP, without the one that makes them an event.
        STEERING.put("ce_source", "elsewhere");
        STEERING.put("ce-type", "elsewhere");
        STEERING.put("ce_CamelHttpUri", "http://127.0.0.1:1/");
        STEERING.put("CamelCloudEventSource", "elsewhere");
        STEERING.put("dead-letter-reason", "forged");
    }

    @AutoClose
    private static final Stack stack = Stack.start();

    @Test
    void aSteeringEventIsFiledAndASteeringPoisonIsDeadLetteredAsAnyOther() {
        // Given
        stack.probe().createTopic("elsewhere", 1);
        stack.upload("a.png", Mnist.png(0));
        stack.publish("good", Events.upload(stack.source, "a.png", 922), STEERING);
        stack.publish("poison", "{}", STEERING);

        // When
        try (KafkaImageTransformer program = stack.startProgram()) {
            stack.awaitAllDone();
        }

        // Then
        assertThat(stack.filed()).containsExactly(Mnist.label(0) + "/a.png");
        assertThat(stack.keys("review")).isEmpty();
        assertThat(stack.keys(stack.source)).containsExactly("a.png");
        assertThat(stack.probe().readAll("elsewhere")).isEmpty();
        assertThat(stack.predictor.read())
                .as("what the predictor is sent")
                .isNotEmpty()
                .allSatisfy(request ->
                        assertThat(request.headers().values().toString()).doesNotContain("elsewhere"));
        assertThat(stack.head(stack.output, Mnist.label(0) + "/a.png")
                        .metadata()
                        .values())
                .as("what the copy tells")
                .noneMatch(value -> value.contains("elsewhere"));
        assertThat(stack.deadLetters()).singleElement().satisfies(letter -> {
            assertThat(KafkaTopicProbe.key(letter)).isEqualTo("poison");
            assertThat(Stack.header(letter, "reason")).isEqualTo("unknown-shape");
            assertThat(KafkaTopicProbe.headers(letter))
                    .as("what came is kept under a name that steers nothing")
                    .containsEntry("dead-letter-original-kafka.OVERRIDE_TOPIC", "elsewhere")
                    .containsEntry("dead-letter-original-CamelAwsS3Key", "elsewhere")
                    .containsEntry("dead-letter-original-dead-letter-reason", "forged");
        });
    }
}
