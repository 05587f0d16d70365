package io.imagetransformer.pipeline;

import java.util.List;
import java.util.Map;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.sync.RequestBody;

import io.imagetransformer.KafkaImageTransformer;

import static org.assertj.core.api.Assertions.assertThat;

/** What an uploader says about an image, and what somebody signs with, is nobody's business who reads the log. */
@Isolated("it listens to the log of all, and makes it longer")
class MetadataAndTokensStayOutOfTheLogTest {
    @Test
    void whenTheirRecordBecomesADeadLetter() {
        Logger ours = (Logger) LoggerFactory.getLogger("io.imagetransformer");
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        try (Stack stack = Stack.start()) {
            // Given
            log.start();
            ours.addAppender(log);
            ours.setLevel(Level.DEBUG);
            stack.client.putObject(
                    put -> put.bucket(stack.source).key("a.png").metadata(Map.of("patient", "planted-metadata")),
                    RequestBody.fromString("no picture"));
            Map<String, String> token = Map.of("authorization", "Bearer planted-token");
            String metadata = "\"userMetadata\":{\"x-amz-meta-patient\":\"planted-metadata\"}";
            String signed = "\"x-amz-security-token\":\"planted-token\"";
            stack.publish("unknown", "{" + metadata + "," + signed + "}", token);
            stack.publish("twice", "{" + metadata + "," + metadata + "}", token);
            stack.publish("no JSON", "{" + metadata + "," + signed, token);
            stack.publish(
                    "gone",
                    Events.upload(stack.source, "gone.png", 1).replace("\"size\":1", "\"size\":1," + metadata),
                    token);

            // When
            try (KafkaImageTransformer program = stack.startProgram(Map.of("log.images", "true"))) {
                stack.awaitAllDone();
            }

            // Then
            List<String> said =
                    log.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
            assertThat(said)
                    .filteredOn(line -> line.startsWith("dead letter: "))
                    .hasSize(5);
            assertThat(said).noneMatch(line -> line.contains("planted"));
            assertThat(stack.deadLetters()).hasSize(5).allSatisfy(letter -> {
                assertThat(Stack.header(letter, "message")).doesNotContain("planted");
                assertThat(Stack.header(letter, "causes")).doesNotContain("planted");
            });
        } finally {
            ours.setLevel(Level.INFO);
            ours.detachAppender(log);
        }
    }
}
