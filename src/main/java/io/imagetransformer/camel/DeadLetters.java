package io.imagetransformer.camel;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.component.kafka.KafkaConstants;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.imagetransformer.delivery.DeadLetter;
import io.imagetransformer.delivery.DeadLetterHeaders;
import io.imagetransformer.delivery.SourceRecord;

/**
 * The dead letter on the wire: the record as it came (key, value, headers), plus those of {@link
 * DeadLetterHeaders} that tell the causes. Their table is in {@code docs/dead-letters.md}.
 */
public final class DeadLetters {
    private static final Logger LOGGER = LoggerFactory.getLogger(DeadLetters.class);
    private static final String LETTER = "deadLetter";
    private static final JsonMapper JSON = new JsonMapper();

    /** What a dead letter without its value may still carry of the record: bytes of key and headers, and causes. */
    private static final int SMALL = 16 * 1024;

    private static final int FEW = 20;

    private final Clock clock;
    private final String version;

    /** @param version of this program */
    public DeadLetters(Clock clock, String version) {
        this.clock = clock;
        this.version = version;
    }

    /** Body: a {@link DeadLetter}, becomes the record to send. */
    public void write(Exchange exchange) {
        DeadLetter letter = exchange.getMessage().getBody(DeadLetter.class);
        SourceRecord record = Optional.ofNullable(letter.record())
                .orElseThrow(() -> new IllegalStateException("only Kafka records are dead-lettered"));
        DeadLetter.Cause first = letter.causes().get(0);
        Message message = exchange.getMessage();
        exchange.setProperty(LETTER, letter);
        message.removeHeaders("*");
        copyKeyAndHeaders(record, message);
        tellCauses(message, record, letter.causes(), letter.causes());
        message.setBody(record.value());
        LOGGER.atWarn()
                .addKeyValue("reason", first.reason())
                .addKeyValue("topic", record.topic())
                .addKeyValue("partition", record.partition())
                .addKeyValue("offset", record.offset())
                .log(
                        "dead letter: {} at stage {}: {} (bucket {}, key {})",
                        first.reason(),
                        first.stage(),
                        first.message(),
                        first.bucket(),
                        first.key() == null ? null : ImageFacts.forLog(first.key()));
    }

    /**
     * The topic or the producer takes no record of this size: the coordinates and the first causes stay, the value goes
     * and leaves its size and digest, and so do key and headers where they are large themselves.
     */
    public void withoutValue(Exchange exchange) {
        DeadLetter letter = exchange.getProperty(LETTER, DeadLetter.class);
        SourceRecord record = letter.record();
        byte[] value = record.value();
        boolean small = bytesOfKeyAndHeaders(record) <= SMALL;
        Message message = exchange.getMessage();
        message.removeHeaders("*");
        if (small) {
            copyKeyAndHeaders(record, message);
        }
        List<DeadLetter.Cause> few =
                letter.causes().subList(0, Math.min(letter.causes().size(), FEW));
        tellCauses(message, record, letter.causes(), few);
        header(message, DeadLetterHeaders.LEFT_OUT, small ? "value" : "value, key, headers");
        if (value != null) {
            header(message, DeadLetterHeaders.VALUE_BYTES, String.valueOf(value.length));
            header(message, DeadLetterHeaders.VALUE_SHA256, sha256(value));
        }
        message.setBody(null);
    }

    private static void copyKeyAndHeaders(SourceRecord record, Message message) {
        record.headers().forEach((name, value) -> message.setHeader(DeadLetterHeaders.carried(name), value));
        if (record.key() != null) {
            message.setHeader(KafkaConstants.KEY, record.key());
        }
    }

    private static long bytesOfKeyAndHeaders(SourceRecord record) {
        long headers = record.headers().entrySet().stream()
                .mapToLong(header -> header.getKey().length() + header.getValue().length)
                .sum();
        return headers + (record.key() == null ? 0 : record.key().length);
    }

    /** @param told those of the causes that are listed */
    private void tellCauses(
            Message message, SourceRecord record, List<DeadLetter.Cause> causes, List<DeadLetter.Cause> told) {
        DeadLetter.Cause first = causes.get(0);
        header(message, DeadLetterHeaders.REASON, first.reason());
        header(message, DeadLetterHeaders.STAGE, first.stage());
        header(message, DeadLetterHeaders.MESSAGE, first.message());
        header(message, DeadLetterHeaders.ATTEMPTS, String.valueOf(first.attempts()));
        header(message, DeadLetterHeaders.CAUSES, json(told));
        header(message, DeadLetterHeaders.CAUSE_COUNT, String.valueOf(causes.size()));
        header(message, DeadLetterHeaders.TOPIC, record.topic());
        header(message, DeadLetterHeaders.PARTITION, String.valueOf(record.partition()));
        header(message, DeadLetterHeaders.OFFSET, String.valueOf(record.offset()));
        header(
                message,
                DeadLetterHeaders.TIME,
                clock.instant().truncatedTo(ChronoUnit.MILLIS).toString());
        header(message, DeadLetterHeaders.VERSION, version);
    }

    private static void header(Message message, String name, String value) {
        message.setHeader(name, value.getBytes(StandardCharsets.UTF_8));
    }

    private static String json(List<DeadLetter.Cause> causes) {
        try {
            return JSON.writeValueAsString(causes);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("causes are plain text", e);
        }
    }

    private static String sha256(byte[] value) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(value));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
