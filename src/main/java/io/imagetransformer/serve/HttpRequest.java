package io.imagetransformer.serve;

import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * A request as it came.
 *
 * @param method in upper case
 * @param path still percent-encoded, without the query
 * @param query decoded; of several values of one name the first
 * @param headers names in lower case; of several values of one name the first
 * @param body empty where there is none; not copied
 */
public record HttpRequest(
        String method, String path, Map<String, String> query, Map<String, String> headers, byte[] body) {
    @Nullable
    String header(String lowerCaseName) {
        return headers.get(lowerCaseName);
    }
}
