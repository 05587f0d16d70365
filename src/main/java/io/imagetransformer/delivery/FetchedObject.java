package io.imagetransformer.delivery;

import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * An object as the store gave it: what was classified is what is filed.
 *
 * @param headers the HTTP headers that a copy keeps (content type, encoding, disposition, cache control), by Camel's name
 * @param userMetadata without the prefix {@code x-amz-meta-}
 */
public record FetchedObject(
        byte[] bytes, @Nullable String contentType, Map<String, String> headers, Map<String, String> userMetadata) {}
