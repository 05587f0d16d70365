package io.imagetransformer.event;

import java.nio.charset.StandardCharsets;
import java.util.Map;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class KeysAreDecodedAsTheirSourceIsSaidToWriteThemTest {

    @Test
    void sourceWithoutAnOverrideFollowsTheRule() {
        // Given
        EventDecoder decoder = new EventDecoder(DecoderLimits.defaults(), Map.of("ceph:s3", KeyEncoding.FORM));

        // When
        String key = keyOf(decoder, "aws:s3", "x/y", "a+b%41");

        // Then
        assertThat(key).isEqualTo("a bA");
    }

    @Test
    void rawOverrideLeavesTheKeyOfAFormEncodingSourceAlone() {
        // Given
        EventDecoder decoder = new EventDecoder(DecoderLimits.defaults(), Map.of("aws:s3", KeyEncoding.RAW));

        // When
        String key = keyOf(decoder, "aws:s3", "x/y", "a+b%41");

        // Then
        assertThat(key).isEqualTo("a+b%41");
    }

    @Test
    void formOverrideDecodesTheKeyOfARawSource() {
        // Given
        EventDecoder decoder = new EventDecoder(DecoderLimits.defaults(), Map.of("ceph:s3", KeyEncoding.FORM));

        // When
        String key = keyOf(decoder, "ceph:s3", "x/y", "a+b%41");

        // Then
        assertThat(key).isEqualTo("a bA");
    }

    @Test
    void overrideGoesBeforeTheEnvelope() {
        // Given
        EventDecoder decoder = new EventDecoder(DecoderLimits.defaults(), Map.of("minio:s3", KeyEncoding.FORM));

        // When
        String key = keyOf(decoder, "minio:s3", "mnist/a+b%41", "c%2Bd");

        // Then
        assertThat(key).isEqualTo("c+d");
    }

    @Test
    void envelopeOfSeveralRecordsNamesNoneOfThem() {
        // Given
        EventDecoder decoder = new EventDecoder(DecoderLimits.defaults());
        String record = record("minio:s3", "a+b");
        String text = "{\"Key\":\"mnist/x\",\"Records\":[" + record + "," + record + "]}";

        // When
        String key = firstKeyOf(decoder, text);

        // Then
        assertThat(key).isEqualTo("a b");
    }

    private static String keyOf(EventDecoder decoder, String source, String envelopeKey, String recordKey) {
        return firstKeyOf(decoder, "{\"Key\":\"" + envelopeKey + "\",\"Records\":[" + record(source, recordKey) + "]}");
    }

    private static String record(String source, String key) {
        return """
                {"eventName":"ObjectCreated:Put","eventSource":"%s","s3":{"bucket":{"name":"mnist"},"object":{"key":"%s"}}}""".formatted(source, key);
    }

    private static String firstKeyOf(EventDecoder decoder, String text) {
        IncomingEvent event = new IncomingEvent(Map.of(), text.getBytes(StandardCharsets.UTF_8));
        return ((Decoded.Created) decoder.decode(event).get(0)).object().key();
    }
}
