package io.imagetransformer.camel;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.component.platform.http.vertx.HttpMessage;
import org.apache.camel.support.SynchronizationAdapter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.imagetransformer.config.Settings;
import io.imagetransformer.delivery.Batch;
import io.imagetransformer.delivery.BatchLimits;
import io.imagetransformer.delivery.FetchedObject;
import io.imagetransformer.delivery.SharedCalls;
import io.imagetransformer.event.ObjectRef;
import io.imagetransformer.image.ImageTransform;
import io.imagetransformer.image.TransformResult;
import io.imagetransformer.serve.Admission;
import io.imagetransformer.serve.Answers;
import io.imagetransformer.serve.Asked;
import io.imagetransformer.serve.DataPlane;
import io.imagetransformer.serve.HttpRequest;
import io.imagetransformer.serve.HttpResponse;
import io.imagetransformer.serve.Reply;

/**
 * Around the work of {@code serve}: the request becomes a batch or, where there is nothing to work on, an answer; and
 * what became of the batch becomes the answer.
 *
 * <p>The request is read from the server's own object: Camel's headers mix query parameters among the headers. None of it
 * goes on as a header.
 */
public final class HttpDoor {
    private static final Logger LOGGER = LoggerFactory.getLogger(HttpDoor.class);
    private static final String RESPONSE = "httpResponse";
    private static final String REPLY = "httpReply";

    /** The bucket that a picture counts as coming from that came in a request. */
    private static final String NO_BUCKET = "http-request";

    private static final String AUTHORIZATION = "authorization";
    private static final Set<String> TRACE = Set.of("x-request-id", "b3", "traceparent", "tracestate");
    private static final String TRACE_PREFIX = "x-b3-";

    private final DataPlane dataPlane;
    private final Answers answers;
    private final HttpDoorServer server;
    private final Admission admission;
    private final SharedCalls sharedCalls;
    private final Settings.Http settings;
    private final BatchLimits limits;
    private final ImageTransform transform;
    private final Meters meters;

    public HttpDoor(
            DataPlane dataPlane,
            Answers answers,
            HttpDoorServer server,
            Admission admission,
            SharedCalls sharedCalls,
            Settings.Http settings,
            BatchLimits limits,
            ImageTransform transform,
            Meters meters) {
        this.dataPlane = dataPlane;
        this.answers = answers;
        this.server = server;
        this.admission = admission;
        this.sharedCalls = sharedCalls;
        this.settings = settings;
        this.limits = limits;
        this.transform = transform;
        this.meters = meters;
    }

    /** Body: not read; becomes the {@link Batch} to work on, or the {@link HttpResponse}. */
    public void read(Exchange exchange) throws InterruptedException {
        long deadline = System.nanoTime() + patience().toNanos();
        HttpMessage message = exchange.getMessage(HttpMessage.class);
        HttpServerRequest request = message.getRequest();
        boolean question = request.method() == HttpMethod.GET;
        byte[] body = new byte[0];
        if (!question) {
            Optional<HttpDoorServer.Whole> whole = server.takeOver(request);
            if (whole.isEmpty()) {
                answer(exchange, HttpResponse.unavailable("the client has gone"));
                return;
            }
            body = whole.get().body();
            leaveWhenDone(exchange, whole.get().held());
            RequestTimes.begin(exchange);
        }
        HttpRequest read = read(request, body);
        message.removeHeaders("*");
        Asked asked = dataPlane.read(read);
        if (asked instanceof Asked.Nothing nothing) {
            answer(exchange, nothing.response());
        } else if (asked instanceof Asked.Events events) {
            exchange.setProperty(REPLY, events.reply());
            Map<String, String> forwarded = comes(exchange, read);
            work(exchange, new Batch(events.decoded(), forwarded, limits, deadline), deadline);
        } else if (asked instanceof Asked.Picture picture) {
            exchange.setProperty(REPLY, picture.reply());
            classify(exchange, picture, comes(exchange, read), deadline);
        }
    }

    /** Its own answer, which says what is amiss, is to come before the server's, which does not know. */
    private Duration patience() {
        return settings.requestTimeout().multipliedBy(9).dividedBy(10);
    }

    private static HttpRequest read(HttpServerRequest request, byte[] body) {
        return new HttpRequest(
                request.method().name(),
                request.path() == null ? "" : request.path(),
                first(request.params()),
                first(request.headers()),
                body);
    }

    private static Map<String, String> first(MultiMap values) {
        Map<String, String> first = new TreeMap<>();
        values.forEach((name, value) -> first.putIfAbsent(name.toLowerCase(Locale.ROOT), value));
        return first;
    }

    /** What goes with the predictor's call; from now on others may wait for this request to share one. */
    private Map<String, String> comes(Exchange exchange, HttpRequest request) {
        Map<String, String> forwarded = forwarded(request);
        SharedCalls.Caller caller = sharedCalls.comes(withoutTrace(forwarded));
        Exchanges.put(exchange, caller);
        exchange.getExchangeExtension().addOnCompletion(new SynchronizationAdapter() {
            @Override
            public void onDone(Exchange done) {
                caller.close();
            }
        });
        return forwarded;
    }

    private Map<String, String> forwarded(HttpRequest request) {
        Map<String, String> forwarded = new HashMap<>();
        request.headers().forEach((name, value) -> {
            if (name.equals(AUTHORIZATION)
                    || isTrace(name)
                    || settings.forwardHeaders().contains(name)) {
                forwarded.put(name, value);
            }
        });
        return Map.copyOf(forwarded);
    }

    /** These differ from request to request by their nature. */
    private static boolean isTrace(String name) {
        return TRACE.contains(name) || name.startsWith(TRACE_PREFIX);
    }

    /** On whose behalf a request comes: all that the predictor may judge it by. */
    private static Map<String, String> withoutTrace(Map<String, String> forwarded) {
        Map<String, String> kept = new HashMap<>(forwarded);
        kept.keySet().removeIf(HttpDoor::isTrace);
        return kept;
    }

    private void leaveWhenDone(Exchange exchange, long held) {
        exchange.getExchangeExtension().addOnCompletion(new SynchronizationAdapter() {
            @Override
            public void onDone(Exchange done) {
                admission.leave();
                admission.release(held);
            }
        });
    }

    private void classify(Exchange exchange, Asked.Picture picture, Map<String, String> forwarded, long deadline)
            throws InterruptedException {
        if (picture.bytes().length > limits.unknownSize()) {
            answer(exchange, answers.refused("too-many-bytes", "the picture is over image.max-bytes"));
            return;
        }
        TransformResult result = transform.transform(picture.bytes());
        if (result instanceof TransformResult.Refused refused) {
            answer(exchange, answers.refused(refused.reason().code(), refused.message()));
        } else if (result instanceof TransformResult.Transformed transformed) {
            String key = picture.key();
            ObjectRef object = new ObjectRef(
                    NO_BUCKET,
                    key == null ? "picture" : key,
                    null,
                    null,
                    (long) picture.bytes().length,
                    picture.contentType(),
                    null,
                    null,
                    "http",
                    "ObjectCreated:Put");
            FetchedObject fetched = new FetchedObject(picture.bytes(), picture.contentType(), Map.of(), Map.of());
            work(
                    exchange,
                    new Batch(object, key != null, fetched, transformed.tensor(), forwarded, limits, deadline),
                    deadline);
        }
    }

    /** As soon as there is memory for its objects. */
    private void work(Exchange exchange, Batch batch, long deadline) throws InterruptedException {
        long bytes = batch.getUploads()
                .mapToLong(upload -> upload.bytes() + limits.bytesPerTensor())
                .sum();
        long held = admission.hold(
                Math.min(bytes, limits.maxBytes()), Duration.ofNanos(Math.max(0, deadline - System.nanoTime())));
        if (held < 0) {
            answer(exchange, HttpResponse.unavailable("too much in hand: http.max-memory is used up"));
            return;
        }
        exchange.getExchangeExtension().addOnCompletion(new SynchronizationAdapter() {
            @Override
            public void onDone(Exchange done) {
                admission.release(held);
            }
        });
        Exchanges.put(exchange, batch);
        exchange.getMessage().setBody(batch);
    }

    private static void answer(Exchange exchange, HttpResponse response) {
        exchange.setProperty(RESPONSE, response);
        exchange.getMessage().setBody(response);
    }

    /** Body: none of it is read; becomes the answer's, and the headers are the answer's. */
    public void answer(Exchange exchange) {
        HttpResponse response = exchange.getProperty(RESPONSE, HttpResponse.class);
        if (response == null) {
            Batch batch = Exchanges.batch(exchange);
            meters.ended(batch, exchange);
            response = answers.of(exchange.getProperty(REPLY, Reply.class), batch);
        }
        write(exchange, response);
    }

    /** The images are filed, but nobody was told: the same request again files them again, and tells. */
    public void resultsNotTaken(Exchange exchange) {
        Exception failure = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Exception.class);
        LOGGER.warn("results.topic took no results of a request, it is answered with 503: {}", failure.getMessage());
        answer(exchange, HttpResponse.unavailable("results.topic took no results: Kafka is away"));
    }

    /** An outage was waited for, and the wait ends with us. */
    public void stopping(Exchange exchange) {
        write(exchange, HttpResponse.unavailable("it is stopping, while something is away"));
    }

    /** A defect of ours: nothing is promised of the request, and a person must look. */
    public void failed(Exchange exchange) {
        Exception failure = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Exception.class);
        LOGGER.error("unexpected failure while a request was served: {}", failure.getMessage(), failure);
        write(exchange, HttpResponse.error(500, "unexpected failure, see the log"));
    }

    private static void write(Exchange exchange, HttpResponse response) {
        Message message = exchange.getMessage();
        message.removeHeaders("*");
        message.setHeader(Exchange.HTTP_RESPONSE_CODE, response.status());
        response.headers().forEach(message::setHeader);
        message.setBody(ByteBuffer.wrap(response.body()));
    }
}
