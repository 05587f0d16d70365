package io.imagetransformer.delivery;

import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * An object as the store gave it: what was classified is what is filed.
 *
 * @param bytes all of them; handed over and not copied, so neither side writes to it afterwards
 * @param contentType as the store tells it; null if it tells none
 * @param headers the other HTTP headers that a copy keeps (encoding, disposition, cache control), by Camel's name
 * @param userMetadata the uploader's, without the prefix {@code x-amz-meta-}
 */
public record FetchedObject(
        byte[] bytes, @Nullable String contentType, Map<String, String> headers, Map<String, String> userMetadata) {}
