package io.imagetransformer.serve;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * An answer.
 *
 * @param headers besides the length; values are visible ASCII and blanks
 * @param body not copied
 */
public record HttpResponse(int status, Map<String, String> headers, byte[] body) {
    private static final int RETRY_AFTER_SECONDS = 5;
    private static final Pattern NOT_FOR_HEADERS = Pattern.compile("[^\\x20-\\x7e]");

    /** JSON as it stands. */
    public static HttpResponse json(int status, String json) {
        return of(status, "application/json", json);
    }

    static HttpResponse of(int status, String contentType, String body) {
        return new HttpResponse(status, Map.of("Content-Type", contentType), body.getBytes(StandardCharsets.UTF_8));
    }

    /** {@code {"error": message}} on one line, KServe's form. */
    public static HttpResponse error(int status, String message) {
        return json(status, errorObject(message).toString());
    }

    static ObjectNode errorObject(String message) {
        return JsonNodeFactory.instance.objectNode().put("error", message);
    }

    /** 503, which may be asked again: by Knative, by KServe's router, by a person. */
    public static HttpResponse unavailable(String message) {
        return error(503, message).retryLater();
    }

    /** {@code {"detail": message}}: FastAPI's own form, which Python's server has for paths that it does not know. */
    static HttpResponse detail(int status, String message) {
        return json(
                status,
                JsonNodeFactory.instance.objectNode().put("detail", message).toString());
    }

    HttpResponse retryLater() {
        return header("Retry-After", String.valueOf(RETRY_AFTER_SECONDS));
    }

    /** The same with one more header; what no header may hold becomes a question mark. */
    HttpResponse header(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(name, NOT_FOR_HEADERS.matcher(value).replaceAll("?"));
        return new HttpResponse(status, more, body);
    }
}
