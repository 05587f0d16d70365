package io.imagetransformer.event;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;

/**
 * One Kafka record or HTTP request as it came.
 *
 * @param headers names and values; names are kept in lower case, since HTTP's have no case. CloudEvents attributes are
 *     {@code ce_*} over Kafka and {@code ce-*} over HTTP. Of names that differ by case alone, the last one that the given
 *     map iterates over stays. Null values are left out. Immutable
 * @param body the record's value or the request's body; null is a tombstone. Not copied: the caller leaves it alone
 */
public record IncomingEvent(Map<String, String> headers, byte @Nullable [] body) {

    public IncomingEvent {
        Map<String, String> lowerCase = new TreeMap<>();
        headers.forEach((name, value) -> {
            // Kafka's headers may be null, whatever the type of the given map says.
            if (value != null) {
                lowerCase.put(name.toLowerCase(Locale.ROOT), value);
            }
        });
        headers = Map.copyOf(lowerCase);
    }

    @Nullable
    String header(String lowerCaseName) {
        return headers.get(lowerCaseName);
    }

    /** What the sender made us hold: body and headers, a header's character taken for one byte. */
    long bytes() {
        long sum = body == null ? 0 : body.length;
        for (Map.Entry<String, String> header : headers.entrySet()) {
            sum += header.getKey().length() + header.getValue().length();
        }
        return sum;
    }
}
