package io.imagetransformer.serve;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import org.jspecify.annotations.Nullable;

import io.imagetransformer.delivery.Batch;
import io.imagetransformer.delivery.Outcome;
import io.imagetransformer.delivery.Upload;
import io.imagetransformer.event.Decoded;
import io.imagetransformer.event.MalformedReason;
import io.imagetransformer.event.Printable;
import io.imagetransformer.serve.Reply.Mode;
import io.imagetransformer.serve.Reply.Protocol;

/**
 * From what became of a request's objects to its answer; the tables are in {@code docs/http.md}.
 *
 * <p>Without a failure, the predictor's answer is passed on. Otherwise the status is the first failure's, and the body
 * tells of all objects; but where one is still waiting for infrastructure, it is 503: only a repetition files that one.
 */
public final class Answers {
    private static final JsonMapper JSON = new JsonMapper();

    /** A Knative extension attribute should stay below what a header may hold. */
    private static final int CAUSE_LENGTH = 256;

    private static final Map<String, Integer> STATUS = Map.ofEntries(
            Map.entry(MalformedReason.TOO_LARGE.code(), 413),
            Map.entry(MalformedReason.TOO_MANY_RECORDS.code(), 413),
            Map.entry("object-missing", 410),
            Map.entry("too-many-bytes", 413),
            Map.entry("too-many-pixels", 413),
            Map.entry("too-many-scans", 413));

    private final String model;
    private final CloudEventReplies replies;

    public Answers(String model, CloudEventReplies replies) {
        this.model = model;
        this.replies = replies;
    }

    /** One object of the request, or one part of it that tells of none. */
    private record Part(@Nullable Upload upload, Outcome outcome) {
        boolean isFailed() {
            return outcome instanceof Outcome.Failed;
        }

        Outcome.Failed failure() {
            return (Outcome.Failed) outcome;
        }
    }

    /** @param batch that was worked on; what is still pending in it will not be worked on any more */
    public HttpResponse of(Reply reply, Batch batch) {
        List<Part> parts = parts(batch);
        if (batch.isUnfinished()) {
            String why = batch.waitingFor();
            return told(503, HttpResponse.errorObject(why), parts)
                    .retryLater()
                    .header("Kne-Errorreason", "unavailable")
                    .header("Kne-Errormessage", cut(why));
        }
        return parts.stream()
                .filter(Part::isFailed)
                .findFirst()
                .map(first -> failed(first, parts))
                .orElseGet(() -> predicted(reply, parts));
    }

    /** A picture in the request was refused before there was a batch. */
    public HttpResponse refused(String reason, String message) {
        return failed(new Part(null, new Outcome.Failed("transform", reason, message)), List.of());
    }

    private static List<Part> parts(Batch batch) {
        List<Part> parts = new ArrayList<>();
        Iterator<Upload> uploads = batch.getUploads().iterator();
        batch.decoded().forEach(decoded -> {
            if (decoded instanceof Decoded.Created) {
                Upload upload = uploads.next();
                Outcome outcome = upload.outcome();
                parts.add(new Part(upload, outcome == null ? new Outcome.Ignored("waiting", "") : outcome));
            } else if (decoded instanceof Decoded.Ignored ignored) {
                parts.add(new Part(null, new Outcome.Ignored(ignored.reason().code(), ignored.detail())));
            } else if (decoded instanceof Decoded.Malformed malformed) {
                parts.add(new Part(
                        null, new Outcome.Failed("decode", malformed.reason().code(), malformed.detail())));
            }
        });
        return parts;
    }

    private static HttpResponse failed(Part part, List<Part> parts) {
        Outcome.Failed failure = part.failure();
        String where = part.upload() == null ? "" : place(part.upload()) + ": ";
        ObjectNode error = HttpResponse.errorObject(
                where + failure.reason() + " at stage " + failure.stage() + ": " + failure.message());
        int status = STATUS.getOrDefault(failure.reason(), failure.stage().equals("decode") ? 400 : 422);
        return told(status, error, parts)
                .header("Kne-Errorreason", failure.reason())
                .header("Kne-Errorstage", failure.stage())
                .header("Kne-Errormessage", cut(failure.message()));
    }

    private static String place(Upload upload) {
        return upload.object().bucket() + "/"
                + Printable.with('?', upload.object().key());
    }

    private static String cut(String message) {
        return message.length() > CAUSE_LENGTH ? message.substring(0, CAUSE_LENGTH) : message;
    }

    /** Of several objects each is told of. */
    private static HttpResponse told(int status, ObjectNode error, List<Part> parts) {
        if (parts.size() > 1) {
            ArrayNode objects = error.putArray("objects");
            parts.forEach(part -> describe(part, objects.addObject()));
        }
        return HttpResponse.json(status, error.toString());
    }

    private static void describe(Part part, ObjectNode object) {
        Upload upload = part.upload();
        if (upload != null) {
            object.put("bucket", upload.object().bucket())
                    .put("key", upload.object().key());
        }
        boolean waiting = upload != null && upload.isPending();
        object.put("outcome", waiting ? "waiting" : part.outcome().name());
        if (part.outcome() instanceof Outcome.Filed filed) {
            object.putObject("destination").put("bucket", filed.bucket()).put("key", filed.key());
        } else if (part.outcome() instanceof Outcome.Failed failed) {
            object.put("stage", failed.stage()).put("reason", failed.reason()).put("message", failed.message());
        } else if (part.outcome() instanceof Outcome.Ignored ignored && !waiting) {
            object.put("reason", ignored.reason()).put("message", ignored.detail());
        }
    }

    private HttpResponse predicted(Reply reply, List<Part> parts) {
        List<Upload> predicted = parts.stream()
                .map(Part::upload)
                .filter(Objects::nonNull)
                .filter(Upload::isPredicted)
                // A prediction of what was replaced meanwhile would tell of a copy that there is not.
                .filter(upload -> !(upload.outcome() instanceof Outcome.Ignored))
                .toList();
        if (reply.mode() == Mode.PLAIN) {
            ObjectNode body = data(reply, predicted);
            if (predicted.isEmpty()) {
                ArrayNode ignored = body.putArray("ignored");
                parts.forEach(part -> describe(part, ignored.addObject()));
            }
            return HttpResponse.json(200, text(body));
        }
        if (predicted.isEmpty()) {
            return new HttpResponse(204, Map.of(), new byte[0]);
        }
        Map<Map<String, String>, String> answers = new LinkedHashMap<>();
        predicted.stream()
                .map(Upload::cloudEvent)
                .distinct()
                .forEach(event -> answers.put(
                        event,
                        text(data(
                                reply,
                                predicted.stream()
                                        .filter(upload -> reply.mode() != Mode.BATCHED
                                                || upload.cloudEvent().equals(event))
                                        .toList()))));
        return replies.of(reply.mode(), answers);
    }

    private ObjectNode data(Reply reply, List<Upload> predicted) {
        return reply.protocol() == Protocol.V1 ? v1(predicted) : v2(reply, predicted);
    }

    /** As the predictor gave it; what it told of a call as a whole is passed on where all calls told the same. */
    private static ObjectNode v1(List<Upload> predicted) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        ArrayNode predictions = body.putArray("predictions");
        predicted.forEach(upload ->
                predictions.addRawValue(new RawValue(upload.prediction().answer())));
        List<String> more = predicted.stream().map(Upload::more).distinct().toList();
        if (more.size() == 1) {
            try {
                JSON.readTree(more.get(0)).properties().forEach(field -> {
                    if (!body.has(field.getKey())) {
                        body.set(field.getKey(), field.getValue());
                    }
                });
            } catch (JsonProcessingException e) {
                throw new IllegalStateException("it was written as JSON", e);
            }
        }
        return body;
    }

    /** The same tensors whatever the predictor's protocol: labels, and where the model tells them, probabilities. */
    private ObjectNode v2(Reply reply, List<Upload> predicted) {
        ObjectNode body = JsonNodeFactory.instance.objectNode().put("model_name", model);
        if (reply.id() != null) {
            body.put("id", reply.id());
        }
        ArrayNode outputs = body.putArray("outputs");
        ArrayNode labels = tensor(outputs, "label", "BYTES", predicted.size());
        predicted.forEach(upload -> labels.add(upload.prediction().label()));
        int classes = predicted.stream()
                .mapToInt(upload -> upload.prediction().probabilities().size())
                .min()
                .orElse(0);
        boolean alike = predicted.stream()
                .allMatch(upload -> upload.prediction().probabilities().size() == classes);
        if (classes > 0 && alike) {
            ArrayNode probabilities = tensor(outputs, "probabilities", "FP64", predicted.size(), classes);
            predicted.forEach(upload -> upload.prediction().probabilities().forEach(probabilities::add));
        }
        return body;
    }

    private static ArrayNode tensor(ArrayNode outputs, String name, String datatype, int... shape) {
        ObjectNode output = outputs.addObject().put("name", name);
        ArrayNode dimensions = output.putArray("shape");
        for (int dimension : shape) {
            dimensions.add(dimension);
        }
        output.put("datatype", datatype);
        return output.putArray("data");
    }

    private static String text(ObjectNode body) {
        try {
            return JSON.writeValueAsString(body);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("the answer is plain JSON", e);
        }
    }
}
