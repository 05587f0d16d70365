package io.imagetransformer.sandbox;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.UnaryOperator;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.ServerCredentials;
import org.jspecify.annotations.Nullable;

import io.imagetransformer.sandbox.PredictorBehaviour.Answer;
import io.imagetransformer.sandbox.PredictorBehaviour.Prediction;

/**
 * A model server that speaks KServe's V1 protocol, and V2 over REST and gRPC, on the loopback interface, and really infers.
 *
 * <ul>
 *   <li>{@code POST /v1/models/{name}:predict} with {@code {"instances":[[784 floats],…]}}, each 0 (background) to 1
 *       (ink), answers one prediction per instance, in the form of {@link #answerAs};
 *   <li>{@code GET /v1/models/{name}} answers {@code {"name":…,"ready":true}};
 *   <li>{@code POST /v2/models/{name}/infer}, {@code GET /v2/models/{name}} and {@code GET /v2/models/{name}/ready}, with
 *       or without a version 1 in the path, and the same as {@code inference.GRPCInferenceService} once {@link #startGrpc}
 *       was called; {@link #take} says in which tensor it wants its images;
 *   <li>what it cannot take it answers with {@code {"error":…}}: 400 for a body that is no such JSON, 404 for another
 *       model or path, 405 for another method, 413 for a body of more than {@value #MAX_BODY} bytes.
 * </ul>
 *
 * <p>It follows
 * <a href="https://kserve.github.io/website/docs/concepts/architecture/data-plane/v1-protocol">the V1 protocol</a>. A
 * {@link PredictorBehaviour} takes the place of the prediction where a test wants a fault; it may be changed while
 * requests run, and holds for those that come after.
 */
public final class EmbeddedPredictor implements AutoCloseable {

    /** In bytes. */
    static final int MAX_BODY = 32 << 20;

    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER)
            // A NaN is written as Python's json writes it, not as a string.
            .disable(JsonWriteFeature.WRITE_NAN_AS_STRINGS)
            .build();

    static {
        // Read once, when the server's classes load. Without it every answer waits 40 ms for a delayed acknowledgement.
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    private final String modelName;
    private final HttpServer server;
    private final ExecutorService threads;
    private final DigitClassifier classifier = new DigitClassifier();
    private final AtomicInteger requests = new AtomicInteger();
    private final List<Request> read = new ArrayList<>();
    private volatile AnswerForm form = AnswerForm.MULTI_OUTPUT;
    private volatile PredictorBehaviour behaviour = PredictorBehaviour.real();
    private volatile ModelInput input = ModelInput.FLAT;
    private volatile boolean inBytes = true;
    private final AtomicInteger metadataRequests = new AtomicInteger();
    private volatile @Nullable Server grpc;

    /**
     * How predictions are written: the forms that servers of the V1 protocol are known to use.
     */
    public enum AnswerForm {
        /** {@code {"predictions":[0.1,…],"classes":5}}: TensorFlow models with two outputs, and KServe's sample. */
        MULTI_OUTPUT,
        /** As {@link #MULTI_OUTPUT}, with {@code "classes":"5"}. */
        CLASS_AS_TEXT,
        /** As {@link #MULTI_OUTPUT}, with {@code "classes":[5]}. */
        CLASS_IN_ARRAY,
        /** {@code [0.1,…]} */
        PROBABILITIES,
        /** {@code 5} */
        LABEL
    }

    /**
     * One request for predictions that was read and understood.
     *
     * @param headers as they came; names without regard to case
     * @param instances how many it asked for, at least 1
     */
    public record Request(Headers headers, int instances) {}

    private EmbeddedPredictor(HttpServer server, String modelName) {
        this.server = server;
        this.modelName = modelName;
        AtomicInteger count = new AtomicInteger();
        threads = Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task, "predictor-" + count.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    /**
     * Starts one that predicts.
     *
     * @param port 0 = one that is free, see {@link #url()}
     * @param modelName the name in its paths
     * @throws BindException if the port is taken; the message names it
     */
    public static EmbeddedPredictor start(int port, String modelName) throws IOException {
        HttpServer server;
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), port), 0);
        } catch (BindException e) {
            BindException named = new BindException("predictor: 127.0.0.1:" + port + ": " + e.getMessage());
            named.initCause(e);
            throw named;
        }
        return new EmbeddedPredictor(server, modelName);
    }

    /** Such as {@code http://127.0.0.1:8081}; no slash at the end. */
    public String url() {
        return "http://" + hostPort();
    }

    /** Such as {@code 127.0.0.1:8081}, what {@code predictor.host} takes. */
    public String hostPort() {
        return "127.0.0.1:" + server.getAddress().getPort();
    }

    /** What it does with requests from now on. */
    public void behave(PredictorBehaviour behaviour) {
        this.behaviour = behaviour;
    }

    /** How it writes predictions from now on. */
    public void answerAs(AnswerForm form) {
        this.form = form;
    }

    /**
     * In which tensor it wants its images in V2 from now on.
     *
     * @param datatype FP32, FP64 (0 to 1), UINT8, INT32 or INT64 (0 to 255)
     * @param shape with the batch; -1 for any size
     */
    public void take(String name, String datatype, Long... shape) {
        input = new ModelInput(name, datatype, List.of(shape), true);
    }

    /** It wants its images so, and its metadata do not tell. */
    public void takeWithoutTelling(String name, String datatype, Long... shape) {
        input = new ModelInput(name, datatype, List.of(shape), false);
    }

    /** Whether, in V2 over REST, it answers in bytes who asked for bytes: KServe's Python server leaves that to the model. */
    public void answerInBytes(boolean inBytes) {
        this.inBytes = inBytes;
    }

    /** How often its metadata were asked for since the start. */
    public int metadataRequests() {
        return metadataRequests.get();
    }

    /**
     * Speaks gRPC, too.
     *
     * @param port 0 = one that is free
     * @return {@code host:port}, what {@code predictor.host} takes
     * @throws BindException if the port is taken; the message names it
     */
    public String startGrpc(int port) throws IOException {
        return startGrpc(port, InsecureServerCredentials.create());
    }

    /** As above, with TLS of the test's choice. */
    public String startGrpc(int port, ServerCredentials credentials) throws IOException {
        stopGrpc();
        V2Grpc service = new V2Grpc(modelName, () -> input, metadataRequests, (headers, instances, raw) -> {
            requests.incrementAndGet();
            return answer(headers, instances, predictions -> V2Grpc.write(modelName, predictions, form, raw));
        });
        Server server = V2Grpc.start(
                new InetSocketAddress(InetAddress.getByName("127.0.0.1"), port), credentials, service, threads);
        grpc = server;
        return "127.0.0.1:" + server.getPort();
    }

    /** As when its process ends: connections drop. */
    public void stopGrpc() {
        Server server = grpc;
        if (server != null) {
            grpc = null;
            V2Grpc.stop(server);
        }
    }

    /** How many requests for predictions came since the start or {@link #forget}, the unreadable ones too. */
    public int requests() {
        return requests.get();
    }

    /** The readable ones among them, in the order in which they were read. */
    public List<Request> read() {
        synchronized (read) {
            return List.copyOf(read);
        }
    }

    /** How many instances each of {@link #read()} had. */
    public List<Integer> batches() {
        return read().stream().map(Request::instances).toList();
    }

    /** Counts from 0 again. */
    public void forget() {
        synchronized (read) {
            read.clear();
            requests.set(0);
        }
    }

    /** Stops at once: connections drop, and what waits is interrupted. */
    @Override
    public void close() {
        stopGrpc();
        server.stop(0);
        threads.shutdownNow();
    }

    private void handle(HttpExchange exchange) {
        try {
            send(exchange, answer(exchange));
        } catch (IOException | InterruptedException e) {
            // The caller has gone, or the predictor is closing.
            exchange.close();
        }
    }

    private Answer answer(HttpExchange exchange) throws IOException, InterruptedException {
        try {
            return dispatch(exchange);
        } catch (RuntimeException e) {
            return Answer.error(500, e.toString());
        }
    }

    private Answer dispatch(HttpExchange exchange) throws IOException, InterruptedException {
        String path = exchange.getRequestURI().getPath();
        String method = exchange.getRequestMethod();
        String model = "/v1/models/" + modelName;
        if (path.equals(model)) {
            return method.equals("GET")
                    ? Answer.of(200, "application/json", object("name", modelName, "ready"))
                    : Answer.error(405, "Method Not Allowed").header("Allow", "GET");
        }
        if (path.equals(model + ":predict")) {
            return method.equals("POST")
                    ? predict(exchange)
                    : Answer.error(405, "Method Not Allowed").header("Allow", "POST");
        }
        if (path.startsWith("/v2/models/" + modelName)) {
            return dispatchV2(
                    exchange,
                    path.substring(("/v2/models/" + modelName).length()).replaceFirst("^/versions/1(?=/|$)", ""));
        }
        if (path.startsWith("/v1/models/")) {
            String name = path.substring("/v1/models/".length()).replaceFirst(":predict$", "");
            return Answer.error(404, "Model with name " + name + " does not exist.");
        }
        return Answer.error(404, "Not Found");
    }

    private Answer dispatchV2(HttpExchange exchange, String what) throws IOException, InterruptedException {
        switch (exchange.getRequestMethod() + what) {
            case "GET":
                metadataRequests.incrementAndGet();
                return V2Rest.metadata(modelName, input);
            case "GET/ready":
                return Answer.of(200, "application/json", object("name", modelName, "ready"));
            case "POST/infer":
                requests.incrementAndGet();
                byte[] body = exchange.getRequestBody().readNBytes(MAX_BODY + 1);
                try {
                    V2Rest.Asked asked =
                            V2Rest.read(body, exchange.getRequestHeaders().getFirst(V2Rest.JSON_LENGTH), input);
                    return answer(
                            exchange.getRequestHeaders(),
                            asked.instances(),
                            predictions -> V2Rest.write(modelName, predictions, form, asked.binary() && inBytes));
                } catch (JsonProcessingException e) {
                    return Answer.error(400, e.getOriginalMessage());
                } catch (IllegalArgumentException e) {
                    return Answer.error(400, String.valueOf(e.getMessage()));
                }
            default:
                return Answer.error(404, "Not Found");
        }
    }

    private Answer predict(HttpExchange exchange) throws IOException, InterruptedException {
        requests.incrementAndGet();
        byte[] body = exchange.getRequestBody().readNBytes(MAX_BODY + 1);
        if (body.length > MAX_BODY) {
            return Answer.error(413, "more than " + MAX_BODY + " bytes");
        }
        List<float[]> instances;
        try {
            instances = instances(body);
        } catch (JsonProcessingException e) {
            return Answer.error(400, e.getOriginalMessage());
        } catch (IOException | IllegalArgumentException e) {
            return Answer.error(400, String.valueOf(e.getMessage()));
        }
        AnswerForm asked = form;
        return answer(
                exchange.getRequestHeaders(),
                instances,
                predictions -> Answer.of(200, "application/json", predictions(predictions, asked)));
    }

    private Answer answer(Headers headers, List<float[]> instances, Function<List<@Nullable Prediction>, Answer> write)
            throws InterruptedException {
        synchronized (read) {
            read.add(new Request(headers, instances.size()));
        }
        return behaviour.answer(new Call(instances, write));
    }

    /** @throws IllegalArgumentException if it is JSON of another form */
    private static List<float[]> instances(byte[] body) throws IOException {
        List<float[]> instances = null;
        try (JsonParser json = JSON.createParser(body)) {
            require(json.nextToken() == JsonToken.START_OBJECT, "the body is to be an object");
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                boolean wanted = json.currentName().equals("instances");
                json.nextToken();
                if (wanted) {
                    instances = arrays(json);
                } else {
                    json.skipChildren();
                }
            }
            require(json.nextToken() == null, "something follows the object");
        }
        if (instances == null || instances.isEmpty()) {
            throw new IllegalArgumentException("Expected \"instances\" to be a list that is not empty");
        }
        return instances;
    }

    private static List<float[]> arrays(JsonParser json) throws IOException {
        require(json.currentToken() == JsonToken.START_ARRAY, "\"instances\" is to be a list");
        List<float[]> arrays = new ArrayList<>();
        while (json.nextToken() != JsonToken.END_ARRAY) {
            require(json.currentToken() == JsonToken.START_ARRAY, "an instance is to be a list of numbers");
            float[] array = new float[DigitClassifier.INPUTS];
            int length = 0;
            while (json.nextToken() != JsonToken.END_ARRAY) {
                require(json.currentToken().isNumeric(), "an instance is to be a list of numbers");
                require(length < array.length, "an instance is to have " + array.length + " numbers: it has more");
                // By way of double, as numpy does.
                array[length] = (float) json.getDoubleValue();
                require(Float.isFinite(array[length++]), "a number is too large");
            }
            require(length == array.length, "an instance is to have " + array.length + " numbers: it has " + length);
            arrays.add(array);
        }
        return arrays;
    }

    private static void require(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException(message);
        }
    }

    private static void send(HttpExchange exchange, Answer answer) throws IOException {
        if (answer.status() != 0) {
            answer.headers().forEach(exchange.getResponseHeaders()::set);
            byte[] body = answer.body();
            exchange.sendResponseHeaders(answer.status(), body.length == 0 ? -1 : body.length);
            OutputStream out = exchange.getResponseBody();
            out.write(body, 0, Math.min(answer.sent(), body.length));
            out.flush();
        }
        exchange.close();
    }

    private static byte[] object(String key, String value, String flag) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            json.writeStringField(key, value);
            json.writeBooleanField(flag, true);
            json.writeEndObject();
        }
        return bytes.toByteArray();
    }

    private static byte[] predictions(List<@Nullable Prediction> predictions, AnswerForm form) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(predictions.size() * 192 + 32);
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            json.writeArrayFieldStart("predictions");
            for (Prediction prediction : predictions) {
                if (prediction == null) {
                    json.writeNull();
                } else {
                    write(prediction, form, json);
                }
            }
            json.writeEndArray();
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("arrays do not fail", e);
        }
        return bytes.toByteArray();
    }

    private static void write(Prediction prediction, AnswerForm form, JsonGenerator json) throws IOException {
        switch (form) {
            case LABEL -> json.writeNumber(prediction.label());
            case PROBABILITIES -> writeProbabilities(prediction, json);
            case MULTI_OUTPUT, CLASS_AS_TEXT, CLASS_IN_ARRAY -> {
                json.writeStartObject();
                json.writeFieldName("predictions");
                writeProbabilities(prediction, json);
                json.writeFieldName("classes");
                switch (form) {
                    case CLASS_AS_TEXT -> json.writeString(Integer.toString(prediction.label()));
                    case CLASS_IN_ARRAY -> json.writeArray(new int[] {prediction.label()}, 0, 1);
                    default -> json.writeNumber(prediction.label());
                }
                json.writeEndObject();
            }
        }
    }

    private static void writeProbabilities(Prediction prediction, JsonGenerator json) throws IOException {
        json.writeStartArray();
        for (float probability : prediction.probabilities()) {
            json.writeNumber(probability);
        }
        json.writeEndArray();
    }

    private final class Call implements PredictorBehaviour.Call {

        private final List<float[]> instances;
        private final Function<List<@Nullable Prediction>, Answer> write;

        Call(List<float[]> instances, Function<List<@Nullable Prediction>, Answer> write) {
            this.instances = instances;
            this.write = write;
        }

        @Override
        public List<float[]> instances() {
            return instances;
        }

        @Override
        public Answer predict() throws InterruptedException {
            return predict(UnaryOperator.identity());
        }

        @Override
        public Answer predict(UnaryOperator<List<@Nullable Prediction>> change) throws InterruptedException {
            List<@Nullable Prediction> predictions = new ArrayList<>(classifier.classify(instances));
            return write.apply(change.apply(predictions));
        }
    }
}
