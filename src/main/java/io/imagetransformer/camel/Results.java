package io.imagetransformer.camel;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.Objects;
import java.util.UUID;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.component.kafka.KafkaConstants;
import org.apache.camel.support.DefaultMessage;
import org.jspecify.annotations.Nullable;

import io.imagetransformer.delivery.Batch;
import io.imagetransformer.delivery.Outcome;
import io.imagetransformer.delivery.Upload;
import io.imagetransformer.event.ObjectRef;

/**
 * The results topic: one CloudEvent per finished object, in binary mode (headers {@code ce_*}, the CloudEvents Kafka
 * binding), keyed {@code bucket/key} as the store's own events are.
 *
 * <p>The same object with the same outcome has the same {@code ce_id}: whoever reads a repeat can tell.
 */
public final class Results {
    private static final String TYPE = "io.imagetransformer.image.";
    private static final JsonMapper JSON = new JsonMapper();

    private final Clock clock;
    private final String model;

    public Results(Clock clock, String model) {
        this.clock = clock;
        this.model = model;
    }

    /** Body: none of it is read; becomes a list of messages, sent together. */
    public void write(Exchange exchange) {
        Batch batch = Exchanges.batch(exchange);
        List<Message> events = batch.settledUploads()
                .filter(Upload::isToBeFiled)
                .map(upload -> event(exchange, upload))
                .toList();
        exchange.getMessage().setBody(events);
    }

    private Message event(Exchange exchange, Upload upload) {
        ObjectRef object = upload.object();
        Outcome outcome = Objects.requireNonNull(upload.outcome());
        ObjectNode data = data(object, outcome, upload);
        String subject = object.bucket() + "/" + object.key();
        String identity = String.join(
                "\n",
                subject,
                text(object.versionId()),
                text(object.eTag()),
                text(object.sequencer()),
                outcome.toString());

        Message message = new DefaultMessage(exchange);
        message.setHeader(KafkaConstants.KEY, subject.getBytes(StandardCharsets.UTF_8));
        message.setHeader("ce_specversion", "1.0");
        message.setHeader(
                "ce_id",
                UUID.nameUUIDFromBytes(identity.getBytes(StandardCharsets.UTF_8))
                        .toString());
        message.setHeader("ce_type", TYPE + outcome.name());
        message.setHeader("ce_source", "/kafka-image-transformer/" + model);
        message.setHeader("ce_time", clock.instant().toString());
        message.setHeader("content-type", "application/json");
        message.setBody(bytes(data));
        return message;
    }

    private ObjectNode data(ObjectRef object, Outcome outcome, Upload upload) {
        ObjectNode data = JSON.createObjectNode();
        data.put("bucket", object.bucket()).put("key", object.key());
        data.put("versionId", object.versionId()).put("eTag", object.eTag());
        data.put("outcome", outcome.name()).put("model", model);
        if (outcome instanceof Outcome.Filed filed) {
            data.putObject("destination").put("bucket", filed.bucket()).put("key", filed.key());
        } else if (outcome instanceof Outcome.Failed failed) {
            data.put("stage", failed.stage()).put("reason", failed.reason()).put("message", failed.message());
        } else if (outcome instanceof Outcome.Ignored ignored) {
            data.put("reason", ignored.reason()).put("message", ignored.detail());
        }
        if (upload.isPredicted()) {
            data.put("label", upload.prediction().label())
                    .put("confidence", upload.prediction().confidence())
                    .putRawValue("answer", new RawValue(upload.prediction().answer()));
        }
        return data;
    }

    private static String text(@Nullable String value) {
        return value == null ? "" : value;
    }

    private static byte[] bytes(ObjectNode data) {
        try {
            return JSON.writeValueAsBytes(data);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("the event is plain JSON", e);
        }
    }
}
