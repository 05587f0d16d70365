package io.imagetransformer.event;

import java.util.HashMap;
import java.util.Map;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class HeaderNamesHaveNoCaseTest {

    @Test
    void namesAreKeptInLowerCase() {
        // Given
        Map<String, String> headers = Map.of("Content-Type", "Text/Plain", "CE_ID", "A");

        // When
        IncomingEvent event = new IncomingEvent(headers, null);

        // Then
        assertThat(event.headers()).isEqualTo(Map.of("content-type", "Text/Plain", "ce_id", "A"));
    }

    @Test
    void headersWithoutValueAreLeftOut() {
        // Given
        Map<String, String> headers = new HashMap<>();
        headers.put("ce_id", null);

        // When
        IncomingEvent event = new IncomingEvent(headers, null);

        // Then
        assertThat(event.headers()).isEmpty();
    }
}
