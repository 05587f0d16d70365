package io.imagetransformer.serve;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

import io.imagetransformer.event.Decoded;
import io.imagetransformer.event.EventDecoder;
import io.imagetransformer.event.IncomingEvent;
import io.imagetransformer.event.SourcePolicy;
import io.imagetransformer.serve.Reply.Mode;
import io.imagetransformer.serve.Reply.Protocol;

/**
 * KServe's data plane, V1 and V2, of one model: what each path answers. The bodies of GET are those of kserve 0.21, byte
 * for byte.
 */
public final class DataPlane {
    private static final String SERVER =
            "{\"name\":\"kserve\",\"version\":\"0.21.0\",\"extensions\":[\"model_repository_extension\"]}";
    private static final Pattern MODEL = Pattern.compile("/v([12])/models/([^/:]*)(.*)");
    private static final Pattern VERSION = Pattern.compile("/versions/[^/]+(/.*)?");
    private static final int S3_KEY_BYTES = 1024;

    private final String model;
    private final EventDecoder decoder;
    private final SourcePolicy policy;
    private final Supplier<Optional<String>> notReady;
    private final Supplier<String> metrics;

    /**
     * @param model its name in the paths
     * @param notReady why no request could be served now, for a person; empty where one could
     * @param metrics in Prometheus's text form
     */
    public DataPlane(
            String model,
            EventDecoder decoder,
            SourcePolicy policy,
            Supplier<Optional<String>> notReady,
            Supplier<String> metrics) {
        this.model = model;
        this.decoder = decoder;
        this.policy = policy;
        this.notReady = notReady;
        this.metrics = metrics;
    }

    /** Never throws, whatever was sent. */
    public Asked read(HttpRequest request) {
        String path = decoded(request.path());
        Matcher named = MODEL.matcher(path);
        if (named.matches()) {
            return ofModel(request, named.group(1).equals("1"), named.group(2), named.group(3));
        }
        Supplier<HttpResponse> get =
                switch (path) {
                    case "/" -> () -> HttpResponse.json(200, "{\"status\":\"alive\"}");
                    case "/v1/models", "/v2/models" ->
                        () -> HttpResponse.json(200, "{\"models\":[" + quoted(model) + "]}");
                    case "/v2" -> () -> HttpResponse.json(200, SERVER);
                    case "/v2/health/live" -> () -> HttpResponse.json(200, "{\"live\":true}");
                    case "/v2/health/ready" -> () -> ready("The server", "{\"ready\":true}");
                    case "/metrics" ->
                        () -> HttpResponse.of(200, "text/plain; version=0.0.4; charset=utf-8", metrics.get());
                    default -> null;
                };
        return get == null ? notFound() : onlyBy("GET", request, () -> new Asked.Nothing(get.get()));
    }

    private Asked ofModel(HttpRequest request, boolean v1, String name, String rest) {
        if (!name.equals(model)) {
            return new Asked.Nothing(HttpResponse.error(404, "Model with name " + name + " does not exist."));
        }
        if (!v1 && VERSION.matcher(rest).matches()) {
            return new Asked.Nothing(HttpResponse.error(501, "Model versioning not supported yet."));
        }
        String readiness = "{\"name\":" + quoted(model) + ",\"ready\":true}";
        return switch ((v1 ? "/v1" : "/v2") + rest) {
            case "/v1" -> onlyBy("GET", request, () -> new Asked.Nothing(ready("Model with name " + model, readiness)));
            case "/v1:predict" -> onlyBy("POST", request, () -> predict(request));
            case "/v1:explain" ->
                onlyBy("POST", request, () -> new Asked.Nothing(HttpResponse.error(501, "explain is not implemented")));
            case "/v2" -> onlyBy("GET", request, () -> new Asked.Nothing(HttpResponse.json(200, metadata())));
            case "/v2/ready" ->
                onlyBy("GET", request, () -> new Asked.Nothing(ready("Model with name " + model, readiness)));
            case "/v2/infer" -> onlyBy("POST", request, () -> infer(request));
            default -> notFound();
        };
    }

    private static Asked notFound() {
        return new Asked.Nothing(HttpResponse.detail(404, "Not Found"));
    }

    private static Asked onlyBy(String method, HttpRequest request, Supplier<Asked> answer) {
        return request.method().equals(method)
                ? answer.get()
                : new Asked.Nothing(
                        HttpResponse.detail(405, "Method Not Allowed").header("Allow", method));
    }

    private HttpResponse ready(String what, String json) {
        return notReady.get()
                .map(why -> HttpResponse.unavailable(what + " is not ready. " + why))
                .orElseGet(() -> HttpResponse.json(200, json));
    }

    private String metadata() {
        ObjectNode metadata = JsonNodeFactory.instance.objectNode().put("name", model);
        metadata.putNull("versions").put("platform", "");
        metadata.putArray("inputs");
        metadata.putArray("outputs");
        return metadata.toString();
    }

    private Asked predict(HttpRequest request) {
        if (mediaType(request).startsWith("image/")) {
            return picture(new Reply(Protocol.V1, Mode.PLAIN, null), request);
        }
        return event(Protocol.V1, request);
    }

    private Asked infer(HttpRequest request) {
        if (mediaType(request).startsWith("image/")) {
            return picture(new Reply(Protocol.V2, Mode.PLAIN, null), request);
        }
        if (mode(request) != Mode.PLAIN) {
            return event(Protocol.V2, request);
        }
        InferRequest infer = InferRequest.read(request.body(), request.header("inference-header-content-length"));
        if (infer instanceof InferRequest.Unreadable unreadable) {
            return new Asked.Nothing(HttpResponse.error(400, unreadable.why()));
        }
        if (infer instanceof InferRequest.Elements elements) {
            List<Decoded> decoded = new ArrayList<>();
            elements.bytes().forEach(element -> decoded.addAll(decode(new IncomingEvent(Map.of(), element))));
            return new Asked.Events(new Reply(Protocol.V2, Mode.PLAIN, elements.id()), decoded);
        }
        return event(Protocol.V2, request);
    }

    private static Asked picture(Reply reply, HttpRequest request) {
        String key = request.query().get("key");
        if (key != null && !isKey(key)) {
            return new Asked.Nothing(HttpResponse.error(400, "key: give 1 to " + S3_KEY_BYTES + " bytes without NUL"));
        }
        return new Asked.Picture(reply, request.body(), mediaType(request), key);
    }

    private static boolean isKey(String key) {
        return !key.isEmpty() && key.indexOf('\0') < 0 && key.getBytes(StandardCharsets.UTF_8).length <= S3_KEY_BYTES;
    }

    private Asked event(Protocol protocol, HttpRequest request) {
        List<Decoded> decoded = decode(new IncomingEvent(request.headers(), request.body()));
        Mode mode = mode(request);
        return new Asked.Events(new Reply(protocol, mode == Mode.PLAIN ? modeOf(decoded) : mode, null), decoded);
    }

    private List<Decoded> decode(IncomingEvent event) {
        return decoder.decode(event).stream().map(policy::apply).toList();
    }

    /** As somebody said it in the headers. */
    private static Mode mode(HttpRequest request) {
        String type = mediaType(request);
        if (type.startsWith("application/cloudevents")) {
            return type.startsWith("application/cloudevents-batch") ? Mode.BATCHED : Mode.STRUCTURED;
        }
        return request.header("ce-specversion") == null ? Mode.PLAIN : Mode.BINARY;
    }

    /** Nobody said so, but the body may hold CloudEvents all the same. */
    private static Mode modeOf(List<Decoded> decoded) {
        List<Map<String, String>> events = decoded.stream()
                .map(one -> one instanceof Decoded.Created created
                        ? created.cloudEventAttributes()
                        : Map.<String, String>of())
                .distinct()
                .toList();
        if (events.contains(Map.<String, String>of())) {
            return Mode.PLAIN;
        }
        return events.size() == 1 ? Mode.STRUCTURED : Mode.BATCHED;
    }

    private static String mediaType(HttpRequest request) {
        String type = request.header("content-type");
        return type == null ? "" : type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
    }

    /** Clients differ in whether they encode the colon. A path that is encoded wrongly is one that nobody knows. */
    private static String decoded(String path) {
        try {
            return URLDecoder.decode(path.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return path;
        }
    }

    private static String quoted(@Nullable String text) {
        return JsonNodeFactory.instance.textNode(text).toString();
    }
}
