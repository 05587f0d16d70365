package io.imagetransformer.event;

import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/** What is too large for a fixture. The small hostile cases are in {@code src/test/resources/events/hostile}. */
@Timeout(60)
class HostileInputIsRefusedWithAReasonTest {
    private static final int TEN_MIB = 10 * 1024 * 1024;
    private static final EventDecoder DECODER = new EventDecoder(DecoderLimits.defaults());

    @Test
    void bodyOverTheLimitIsTooLarge() {
        // Given
        byte[] body = new byte[TEN_MIB + 1];

        // When
        List<Decoded> verdicts = DECODER.decode(new IncomingEvent(Map.of(), body));

        // Then
        assertThat(verdicts)
                .containsExactly(
                        new Decoded.Malformed(MalformedReason.TOO_LARGE, "10485761 bytes with headers, over 10485760"));
    }

    @Test
    void headersCountForTheLimitToo() {
        // Given
        EventDecoder decoder = new EventDecoder(new DecoderLimits(100, 10, 64, 1024));
        Map<String, String> headers = Map.of("x", "y".repeat(100));

        // When
        List<Decoded> verdicts = decoder.decode(new IncomingEvent(headers, null));

        // Then
        assertThat(reasons(verdicts)).containsExactly(MalformedReason.TOO_LARGE);
    }

    @Test
    void textOfTenMebibytesThatBecomesAHugeTreeIsTooLarge() {
        // Given
        String text = "[" + "{},".repeat(3_000_000) + "{}]";

        // When
        List<Decoded> verdicts = decode(DECODER, text);

        // Then
        assertThat(verdicts)
                .containsExactly(new Decoded.Malformed(MalformedReason.TOO_LARGE, "more than 2510000 JSON tokens"));
    }

    @Test
    void hundredThousandRecordsAreTooMany() {
        // Given
        String text = "{\"Records\":[" + "{},".repeat(99_999) + "{}]}";

        // When
        List<Decoded> verdicts = decode(DECODER, text);

        // Then
        assertThat(verdicts)
                .containsExactly(new Decoded.Malformed(
                        MalformedReason.TOO_MANY_RECORDS, "Records: a list of 100000, where 10000 are allowed in all"));
    }

    @Test
    void asManyRecordsAsAllowedAreDecoded() {
        // Given
        String text = records(10_000);

        // When
        List<Decoded> verdicts = decode(DECODER, text);

        // Then
        assertThat(verdicts).hasSize(10_000).hasOnlyElementsOfType(Decoded.Created.class);
    }

    @Test
    void listsWithinAListShareTheLimit() {
        // Given
        EventDecoder decoder = new EventDecoder(new DecoderLimits(TEN_MIB, 10, 64, 1024));
        String text = "[" + String.join(",", Collections.nCopies(6, records(2))) + "]";

        // When
        List<Decoded> verdicts = decode(decoder, text);

        // Then
        assertThat(verdicts).hasSize(10);
        assertThat(verdicts.subList(0, 8)).hasOnlyElementsOfType(Decoded.Created.class);
        assertThat(reasons(verdicts.subList(8, 10)))
                .containsExactly(MalformedReason.TOO_MANY_RECORDS, MalformedReason.TOO_MANY_RECORDS);
    }

    @Test
    void nestingOverTheLimitIsTooDeep() {
        // Given
        String text = "[".repeat(65) + "]".repeat(65);

        // When
        List<Decoded> verdicts = decode(DECODER, text);

        // Then
        assertThat(reasons(verdicts)).containsExactly(MalformedReason.TOO_DEEP);
    }

    @Test
    void nestingAtTheLimitIsReadAndUnknown() {
        // Given
        String text = "{\"a\":".repeat(63) + "{}" + "}".repeat(63);

        // When
        List<Decoded> verdicts = decode(DECODER, text);

        // Then
        assertThat(reasons(verdicts)).containsExactly(MalformedReason.UNKNOWN_SHAPE);
    }

    @Test
    void millionsOfOpenBracketsAreTooDeep() {
        // Given
        String text = "[".repeat(TEN_MIB);

        // When
        List<Decoded> verdicts = decode(DECODER, text);

        // Then
        assertThat(reasons(verdicts)).containsExactly(MalformedReason.TOO_DEEP);
    }

    @Test
    void nestingWithinAnSnsMessageIsTooDeep() {
        // Given
        String text = "{\"Type\":\"Notification\",\"Message\":\"" + "[".repeat(100_000) + "\"}";

        // When
        List<Decoded> verdicts = decode(DECODER, text);

        // Then
        assertThat(verdicts)
                .containsExactly(new Decoded.Malformed(
                        MalformedReason.TOO_DEEP, "Message: JSON nested deeper than 64 at line 1, column 65"));
    }

    @Test
    void nameWithoutMeasureIsTooLarge() {
        // Given
        String text = "{\"" + "x".repeat(1_000_000) + "\":1}";

        // When
        List<Decoded> verdicts = decode(DECODER, text);

        // Then
        assertThat(reasons(verdicts)).containsExactly(MalformedReason.TOO_LARGE);
    }

    @Test
    void keyOfMegabytesIsABadKeyWithAShortDetail() {
        // Given
        String text = records(1).replace("0.png", "x".repeat(9_000_000));

        // When
        List<Decoded> verdicts = decode(DECODER, text);

        // Then
        assertThat(reasons(verdicts)).containsExactly(MalformedReason.BAD_KEY);
        assertThat(((Decoded.Malformed) verdicts.get(0)).detail()).hasSizeLessThan(320);
    }

    @Test
    void privateTextStaysOutOfTheDetailWhereverTheDocumentBreaksOff() {
        // Given
        String secret = "hunter2";
        String text = records(1)
                .replace(
                        "\"s3\":",
                        "\"requestParameters\":{\"authorization\":\"" + secret + "\"},\"userMetadata\":{\"" + secret
                                + "\":\"" + secret + "\",\"a\":1},\"s3\":")
                .replace("0.png", "%zz");

        for (int length = 0; length <= text.length(); length++) {
            // When
            List<Decoded> verdicts = decode(DECODER, text.substring(0, length));

            // Then
            assertThat(verdicts.toString()).doesNotContain(secret);
        }
    }

    private static String records(int count) {
        String record = """
                {"eventName":"ObjectCreated:Put","eventSource":"aws:s3","s3":{"bucket":{"name":"b"},"object":{"key":"0.png"}}}""";
        return "{\"Records\":[" + String.join(",", Collections.nCopies(count, record)) + "]}";
    }

    private static List<Decoded> decode(EventDecoder decoder, String text) {
        return decoder.decode(new IncomingEvent(Map.of(), text.getBytes(StandardCharsets.UTF_8)));
    }

    private static List<MalformedReason> reasons(List<Decoded> verdicts) {
        return verdicts.stream()
                .map(verdict -> ((Decoded.Malformed) verdict).reason())
                .toList();
    }
}
