package io.imagetransformer.camel;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;

import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.apache.camel.cloudevents.CloudEvent;
import org.apache.camel.component.aws2.s3.AWS2S3Constants;
import org.jspecify.annotations.Nullable;

import io.imagetransformer.config.Settings;
import io.imagetransformer.delivery.FetchedObject;
import io.imagetransformer.delivery.Upload;
import io.imagetransformer.event.ObjectRef;
import io.imagetransformer.event.Printable;
import io.imagetransformer.predictor.Prediction;
import io.imagetransformer.storage.KeyLayout;
import io.imagetransformer.storage.Provenance;

/**
 * The contract of a route editor: the facts of one image as exchange variables, see the table in
 * {@code docs/routes.md}. A fact that is not known is an absent variable.
 */
public final class ImageFacts implements Processor {
    /** Under these names Camel's users look for the attributes of a CloudEvent. */
    private static final Map<String, String> CLOUD_EVENT_HEADERS = Map.of(
            "id", CloudEvent.CAMEL_CLOUD_EVENT_ID,
            "source", CloudEvent.CAMEL_CLOUD_EVENT_SOURCE,
            "type", CloudEvent.CAMEL_CLOUD_EVENT_TYPE,
            "subject", CloudEvent.CAMEL_CLOUD_EVENT_SUBJECT,
            "time", CloudEvent.CAMEL_CLOUD_EVENT_TIME);

    private final KeyLayout layout;
    private final Settings.Output output;
    private final String model;
    private final Clock clock;

    public ImageFacts(KeyLayout layout, Settings.Output output, String model, Clock clock) {
        this.clock = clock;
        this.layout = layout;
        this.output = output;
        this.model = model;
    }

    /**
     * Body: the {@link Upload}, becomes the object's bytes; variables and the headers of putObject are set.
     *
     * @throws io.imagetransformer.PermanentFailure for a label or key that cannot be filed
     */
    @Override
    public void process(Exchange exchange) {
        Upload upload = exchange.getMessage().getBody(Upload.class);
        Exchanges.put(exchange, upload);
        upload.enter("file");
        Exchanges.requireNotStopped(exchange);
        ObjectRef object = upload.object();
        Prediction prediction = upload.prediction();
        set(exchange, "bucket", object.bucket());
        set(exchange, "key", object.key());
        set(exchange, "versionId", object.versionId());
        set(exchange, "eTag", object.eTag());
        set(exchange, "size", upload.fetched().bytes().length);
        set(exchange, "contentType", upload.fetched().contentType());
        set(exchange, "eventTime", object.eventTime());
        set(exchange, "eventSource", object.eventSource());
        set(exchange, "label", prediction.label());
        set(exchange, "confidence", prediction.confidence());
        set(exchange, "probabilities", prediction.probabilities());
        set(exchange, "answer", prediction.answer());
        set(exchange, "model", model);
        set(exchange, "destinationBucket", output.bucket());
        set(exchange, "destinationKey", layout.destination(prediction.label(), object.bucket(), object.key()));
        set(exchange, "keyForLog", forLog(object.key()));
        set(exchange, "keyForUri", forUri(object.key()));
        set(exchange, "labelForUri", forUri(prediction.label()));

        Message message = exchange.getMessage();
        describeCloudEvent(message, upload.cloudEvent());
        describeCopy(
                message,
                upload.fetched(),
                Provenance.added(upload.fetched().userMetadata(), object, model, prediction));
        message.setBody(upload.fetched().bytes());
    }

    /** For a log line: the confidence to three digits, never rounded up, or that the model told none. */
    public String confidence(Exchange exchange) {
        Double confidence = exchange.getVariable("confidence", Double.class);
        return confidence == null
                ? "unknown"
                : BigDecimal.valueOf(confidence).setScale(3, RoundingMode.DOWN).toPlainString();
    }

    /** For a log line: how long ago its event says that it was uploaded, by the store's clock. */
    public String age(Exchange exchange) {
        Instant eventTime = exchange.getVariable("eventTime", Instant.class);
        return eventTime == null
                ? "age unknown"
                : Duration.between(eventTime, clock.instant()).toMillis() + " ms after its upload";
    }

    private static void set(Exchange exchange, String name, @Nullable Object value) {
        if (value != null) {
            exchange.setVariable(name, value);
        }
    }

    private static void describeCopy(Message message, FetchedObject object, Map<String, String> metadata) {
        // The key is the endpoint's keyName; this header, wherever it came from, would win over it.
        message.removeHeader(AWS2S3Constants.KEY);
        object.headers().forEach(message::setHeader);
        if (object.contentType() != null) {
            message.setHeader(AWS2S3Constants.CONTENT_TYPE, object.contentType());
        }
        message.setHeader(AWS2S3Constants.CONTENT_LENGTH, (long) object.bytes().length);
        message.setHeader(AWS2S3Constants.METADATA, metadata);
    }

    private static void describeCloudEvent(Message message, Map<String, String> attributes) {
        attributes.forEach((attribute, value) -> {
            String header = CLOUD_EVENT_HEADERS.get(attribute);
            if (header != null) {
                message.setHeader(header, value);
            }
        });
    }

    /** One line, whatever the key holds. */
    static String forLog(String key) {
        return Printable.with('?', key);
    }

    /**
     * Percent-encoded, its slashes kept: fit for the query of a URI and for JSON, and free of Camel's own signs. Not for a
     * path: there a key's {@code ..} means the folder above.
     */
    static String forUri(String key) {
        return URLEncoder.encode(key, StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("%2F", "/");
    }
}
