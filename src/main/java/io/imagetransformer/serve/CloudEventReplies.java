package io.imagetransformer.serve;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;

import io.imagetransformer.serve.Reply.Mode;

/**
 * The CloudEvents that answer CloudEvents, as kserve writes them ({@code kserve/utils/utils.py},
 * {@code create_response_cloudevent}).
 */
public final class CloudEventReplies {
    /** Python's {@code isoformat()}. */
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSSxxx");

    private static final Pattern NOT_PLAIN = Pattern.compile("[^!#$&-~]");

    private static final String DATA_CONTENT_TYPE = "datacontenttype";

    private final String type;
    private final String source;
    private final boolean merge;
    private final Clock clock;

    /** @param merge keeps the attributes of the event that is answered, but for its id, time, type and source */
    public CloudEventReplies(String type, String source, boolean merge, Clock clock) {
        this.type = type;
        this.source = source;
        this.merge = merge;
        this.clock = clock;
    }

    /**
     * @param mode not plain
     * @param answers by the attributes of the event that each answers: JSON; one where the mode is not batched
     */
    HttpResponse of(Mode mode, Map<Map<String, String>, String> answers) {
        Map.Entry<Map<String, String>, String> first =
                answers.entrySet().iterator().next();
        return switch (mode) {
            case BINARY -> binary(first.getKey(), first.getValue());
            case STRUCTURED ->
                HttpResponse.of(200, "application/cloudevents+json", structured(first.getKey(), first.getValue()));
            default ->
                HttpResponse.of(
                        200,
                        "application/cloudevents-batch+json",
                        answers.entrySet().stream()
                                .map(answer -> structured(answer.getKey(), answer.getValue()))
                                .collect(Collectors.joining(",", "[", "]")));
        };
    }

    private HttpResponse binary(Map<String, String> request, String data) {
        HttpResponse[] response = {HttpResponse.json(200, data)};
        attributes(request).forEach((name, value) -> {
            if (!name.equals(DATA_CONTENT_TYPE)) {
                response[0] = response[0].header("ce-" + name, encoded(value));
            }
        });
        return response[0];
    }

    private String structured(Map<String, String> request, String data) {
        ObjectNode event = JsonNodeFactory.instance.objectNode();
        attributes(request).forEach(event::put);
        return event.putRawValue("data", new RawValue(data)).toString();
    }

    private Map<String, String> attributes(Map<String, String> request) {
        Map<String, String> attributes = new LinkedHashMap<>();
        attributes.put("specversion", "1.0");
        attributes.put("id", UUID.randomUUID().toString());
        attributes.put("source", source);
        attributes.put("type", type);
        if (merge) {
            request.forEach(attributes::putIfAbsent);
        }
        attributes.put("time", TIME.format(clock.instant().atOffset(ZoneOffset.UTC)));
        return attributes;
    }

    /** The HTTP binding, 3.1.3.2: whatever is not visible ASCII, and the percent sign and the quote, is percent-encoded. */
    private static String encoded(String value) {
        return NOT_PLAIN.matcher(value).replaceAll(CloudEventReplies::percentEncoded);
    }

    private static String percentEncoded(MatchResult character) {
        return URLEncoder.encode(character.group(), StandardCharsets.UTF_8).replace("+", "%20");
    }
}
