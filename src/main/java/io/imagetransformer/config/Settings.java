package io.imagetransformer.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import io.imagetransformer.image.ImageSettings;
import io.imagetransformer.image.Invert;
import io.imagetransformer.predictor.Datatype;
import io.imagetransformer.predictor.V2Options;

/**
 * All settings of one start, validated: what contradicts itself ends the start with an {@link InvalidSettingException}.
 * The meaning, unit and default of each key stand in {@code application.properties}.
 */
public record Settings(
        Kafka kafka,
        Events events,
        Batch batch,
        Source source,
        Store sourceStore,
        Store outputStore,
        Predictor predictor,
        ImageSettings image,
        Output output,
        Review review,
        DeadLetter deadLetter,
        Results results,
        Http http,
        CloudEvents cloudEvents,
        Management management,
        Tls tls,
        Duration stopGrace,
        boolean logImages) {

    private static final Pattern TOPIC = Pattern.compile("[a-zA-Z0-9._-]{1,249}");
    private static final String TOPIC_RULE = "letters, digits, '.', '_' and '-', 249 at most (Kafka's rule)";
    private static final Pattern BUCKET = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9._-]{1,61}[a-zA-Z0-9]");
    private static final String BUCKET_RULE = "3 to 63 letters, digits, '.' and '-' (S3's rule)";
    private static final Pattern BUCKET_OR_ALL = Pattern.compile("\\*|" + BUCKET.pattern());
    private static final Pattern MODEL = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,252}");
    private static final String MODEL_RULE = "letters, digits, '.', '_' and '-'";
    private static final Pattern SIZE = Pattern.compile("-1|[1-9]\\d{0,8}");
    private static final Pattern PARAMETER = Pattern.compile("[^=\\p{Cntrl}]+=\\P{Cntrl}*");
    private static final Pattern WHOLE = Pattern.compile("-?\\d{1,18}");
    private static final Pattern HOST =
            Pattern.compile("([A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+])(:\\d{1,5})?(/[A-Za-z0-9._/-]*)?");

    private static final Pattern HEADER = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]+");
    private static final String HEADER_RULE = "the name of an HTTP header";

    /**
     * Beside an object that is asked for, read, and put: the last pause between two calls (7.5 s at most), and a dead letter
     * or result that Kafka does not take (twice 10 s, see the routes of that name).
     */
    private static final Duration MARGIN = Duration.ofSeconds(30);

    /** To leave the group, close clients and end the process. */
    private static final Duration LAST_STEPS = Duration.ofSeconds(2);

    /** The Kafka door; {@code brokers} is {@code host:port,...}. */
    public record Kafka(boolean enabled, String brokers) {}

    /** The events topic and how its consumers hold a batch. */
    public record Events(
            String topic, String group, int consumers, int maxPollRecords, Duration maxPollInterval, Duration hold) {}

    /** What is in memory together; {@code maxImages} already respects {@code predictor.max-instances}. */
    public record Batch(int maxImages, long maxBytes, int parallelism) {}

    /** The buckets that are read; {@code *} alone means all but our outputs. */
    public record Source(Set<String> buckets) {
        /** Whether images of more than one bucket may come. */
        public boolean several() {
            return buckets.size() > 1 || buckets.contains("*");
        }
    }

    /** One S3 client: empty {@code endpoint} is AWS; keys, if none is given, are the default credentials chain's. */
    public record Store(
            String endpoint, String region, Secret accessKey, Secret secretKey, boolean pathStyle, Duration timeout) {
        /** Whether it speaks TLS, as AWS does. */
        public boolean isEncrypted() {
            return !endpoint.startsWith("http:");
        }

        /** Without the secrets. */
        @Override
        public String toString() {
            return (endpoint.isEmpty() ? "AWS " + region : endpoint)
                    + (accessKey.isGiven()
                            ? " as " + (accessKey.isInFile() ? accessKey : accessKey.text())
                            : " (default credentials chain)");
        }
    }

    /** The model server; {@code modelVersion} is empty for the one that it takes by itself, {@code v2} is for V2 alone. */
    public record Predictor(
            Protocol protocol,
            String host,
            String modelName,
            String modelVersion,
            boolean useSsl,
            Duration timeout,
            int maxInstances,
            int concurrency,
            V2Options v2) {
        /** {@code http(s)://host[:port]}, without a slash at its end. */
        public String baseUrl() {
            return (useSsl ? "https://" : "http://") + host;
        }

        /** The model's own, in V2 over REST. */
        public String v2Url() {
            return baseUrl() + "/v2/models/" + modelName + (modelVersion.isEmpty() ? "" : "/versions/" + modelVersion);
        }
    }

    /** As KServe names them. */
    public enum Protocol {
        V1,
        V2,
        GRPC_V2
    }

    /** Where images are filed; {@code keyLayout} holds {@code {label}}, {@code {bucket}}, {@code {key}}. */
    public record Output(String bucket, String keyLayout) {}

    /** Images under confidence {@code below} (0: none) go to {@code bucket}. */
    public record Review(double below, String bucket) {}

    /** The dead letter topic, and whether we create it. */
    public record DeadLetter(String topic, boolean create) {}

    /** The topic that gets an event per finished image; empty: none. */
    public record Results(String topic) {}

    /** The certificate authorities that are trusted beside Java's, a file; empty: none. */
    public record Tls(String caFile) {}

    /**
     * The HTTP door.
     *
     * @param maxMemory bytes of all bodies and pictures that requests hold together
     * @param batchWait how long a request waits for others to share its call of the predictor; 0: not at all
     * @param forwardHeaders in lower case, besides those that are always forwarded
     */
    public record Http(
            boolean enabled,
            String host,
            int port,
            int maxBytes,
            int maxConcurrency,
            long maxMemory,
            Duration requestTimeout,
            Duration drain,
            Duration batchWait,
            Set<String> forwardHeaders) {}

    /** Attributes of the CloudEvents that answer CloudEvents; with {@code merge}, the request's own are kept, too. */
    public record CloudEvents(String type, String source, boolean merge) {}

    /** The port of health and metrics; Camel's own {@code camel.management.*} are made from these two keys. */
    public record Management(boolean enabled, int port) {}

    /**
     * Buckets of the source's store that we write: never taken as sources. Empty where outputs go to another store: what
     * has the same name there is another bucket.
     */
    public Set<String> outputBuckets() {
        return sourceStore.endpoint().equals(outputStore.endpoint()) ? written() : Set.of();
    }

    private Set<String> written() {
        return review.below() > 0 ? Set.of(output.bucket(), review.bucket()) : Set.of(output.bucket());
    }

    /**
     * Reads and validates all keys.
     *
     * @param lookup key to value, as the routes' placeholders give it; empty text for none
     * @throws InvalidSettingException naming key, value and fix
     */
    public static Settings read(UnaryOperator<String> lookup) {
        SettingsReader in = new SettingsReader(lookup);
        Store sourceStore = store(in);
        Settings settings = new Settings(
                new Kafka(in.flag("kafka.enabled"), in.mandatory("kafka.brokers")),
                events(in),
                batch(in),
                new Source(new LinkedHashSet<>(in.names("source.buckets", BUCKET_OR_ALL, BUCKET_RULE + ", or *"))),
                sourceStore,
                outputStore(in, sourceStore),
                predictor(in),
                image(in),
                new Output(in.name("output.bucket", BUCKET, BUCKET_RULE), in.mandatory("output.key")),
                new Review(in.fraction("review.below"), in.name("review.bucket", BUCKET, BUCKET_RULE)),
                deadLetter(in),
                results(in),
                http(in),
                cloudEvents(in),
                new Management(in.flag("management.enabled"), in.integer("management.port", 0, 65_535)),
                new Tls(in.text("tls.ca-file")),
                in.duration("stop.grace", Duration.ofSeconds(1), Duration.ofHours(24)),
                in.flag("log.images"));
        settings.checkTogether(in);
        return settings;
    }

    private static Events events(SettingsReader in) {
        return new Events(
                in.name("events.topic", TOPIC, TOPIC_RULE),
                in.mandatory("events.group"),
                in.integer("events.consumers", 1, 64),
                in.integer("events.max-poll-records", 1, 10_000),
                Duration.ofMillis(in.number("events.max-poll-interval-ms", 5_000, 86_400_000)),
                in.duration("events.hold", Duration.ofSeconds(1), Duration.ofHours(24)));
    }

    private static Batch batch(SettingsReader in) {
        return new Batch(
                Math.min(in.integer("batch.max-images", 1, 10_000), in.integer("predictor.max-instances", 1, 10_000)),
                in.size("batch.max-bytes", 1 << 20, 1L << 31),
                in.integer("batch.parallelism", 1, 1_024));
    }

    private static Store store(SettingsReader in) {
        String endpoint = endpoint(in, "s3.endpoint");
        Store store = new Store(
                endpoint,
                in.mandatory("s3.region"),
                in.secret("s3.access-key"),
                in.secret("s3.secret-key"),
                in.text("s3.path-style").isEmpty() ? !endpoint.isEmpty() : in.flag("s3.path-style"),
                in.duration("s3.timeout", Duration.ofMillis(100), Duration.ofMinutes(30)));
        bothKeysOrNone("s3", store.accessKey(), store.secretKey());
        return store;
    }

    private static Store outputStore(SettingsReader in, Store source) {
        String endpoint = endpoint(in, "output.s3.endpoint");
        Secret accessKey = in.secret("output.s3.access-key");
        Secret secretKey = in.secret("output.s3.secret-key");
        bothKeysOrNone("output.s3", accessKey, secretKey);
        String pathStyle = in.text("output.s3.path-style").isEmpty() ? "s3.path-style" : "output.s3.path-style";
        return new Store(
                endpoint.isEmpty() ? source.endpoint() : endpoint,
                in.text("output.s3.region").isEmpty() ? source.region() : in.text("output.s3.region"),
                accessKey.isGiven() ? accessKey : source.accessKey(),
                secretKey.isGiven() ? secretKey : source.secretKey(),
                in.text(pathStyle).isEmpty() ? source.pathStyle() || !endpoint.isEmpty() : in.flag(pathStyle),
                source.timeout());
    }

    private static void bothKeysOrNone(String prefix, Secret accessKey, Secret secretKey) {
        if (accessKey.isGiven() != secretKey.isGiven()) {
            throw new InvalidSettingException(prefix + (accessKey.isGiven() ? ".secret-key" : ".access-key")
                    + " is empty but its partner is not: give both, or none for AWS's default credentials chain");
        }
    }

    private static String endpoint(SettingsReader in, String key) {
        String value = in.text(key);
        if (value.isEmpty()) {
            return value;
        }
        try {
            URI uri = new URI(value);
            if (("http".equals(uri.getScheme()) || "https".equals(uri.getScheme())) && uri.getHost() != null) {
                if (uri.getUserInfo() == null) {
                    return value;
                }
                throw new InvalidSettingException(
                        key + " holds credentials: give them as s3.access-key, s3.secret-key");
            }
        } catch (URISyntaxException e) {
            // said below, with an example
        }
        throw new InvalidSettingException(
                SettingsReader.shown(key, value) + " is no URL: write it as http://minio:9000");
    }

    private static Predictor predictor(SettingsReader in) {
        Predictor predictor = new Predictor(
                in.choice("predictor.protocol", Protocol.class),
                in.name("predictor.host", HOST, "write it as host or host:port, without http://"),
                in.name("model.name", MODEL, MODEL_RULE),
                in.text("model.version").isEmpty() ? "" : in.name("model.version", MODEL, MODEL_RULE),
                in.flag("predictor.use-ssl"),
                in.duration("predictor.timeout", Duration.ofMillis(100), Duration.ofMinutes(30)),
                in.integer("predictor.max-instances", 1, 10_000),
                in.integer("predictor.concurrency", 1, 64),
                v2(in));
        if (predictor.protocol() == Protocol.GRPC_V2 && predictor.host().contains("/")) {
            throw new InvalidSettingException(SettingsReader.shown("predictor.host", predictor.host())
                    + " has a path, which gRPC does not know: write it as host or host:port");
        }
        boolean forV2 = !predictor.modelVersion().isEmpty() || !predictor.v2().equals(V2Options.none());
        if (predictor.protocol() == Protocol.V1 && forV2) {
            throw new InvalidSettingException("predictor.protocol=v1 does not know model.version, predictor.input.*,"
                    + " predictor.output.*, predictor.binary and predictor.parameters: leave them empty, or set"
                    + " predictor.protocol=v2 or grpc-v2");
        }
        return predictor;
    }

    private static V2Options v2(SettingsReader in) {
        return new V2Options(
                in.text("predictor.input.name"),
                datatype(in),
                in
                        .list("predictor.input.shape", SIZE, "write it as -1,28,28,1, the batch first, -1 for any size")
                        .stream()
                        .map(Long::valueOf)
                        .toList(),
                in.text("predictor.output.label"),
                in.text("predictor.output.scores"),
                in.flag("predictor.binary"),
                parameters(in));
    }

    private static @Nullable Datatype datatype(SettingsReader in) {
        String name = in.text("predictor.input.datatype");
        return name.isEmpty()
                ? null
                : Datatype.of(name)
                        .filter(Datatype::takesImages)
                        .orElseThrow(() -> new InvalidSettingException("predictor.input.datatype=" + name
                                + " is unknown: choose one of " + Datatype.ofImages()));
    }

    private static Map<String, Object> parameters(SettingsReader in) {
        Map<String, Object> parameters = new LinkedHashMap<>();
        for (String parameter : in.list("predictor.parameters", PARAMETER, "write it as name=value,name=value")) {
            int equals = parameter.indexOf('=');
            parameters.put(parameter.substring(0, equals), value(parameter.substring(equals + 1)));
        }
        return parameters;
    }

    /** As it looks: a flag, a whole number, else a text. */
    private static Object value(String text) {
        if (text.equals("true") || text.equals("false")) {
            return Boolean.valueOf(text);
        }
        return WHOLE.matcher(text).matches() ? Long.valueOf(text) : text;
    }

    private static ImageSettings image(SettingsReader in) {
        int channels = in.integer("image.channels", 1, 3);
        if (channels == 2) {
            throw new InvalidSettingException("image.channels=2 is unknown: choose 1 (gray) or 3 (colour)");
        }
        return new ImageSettings(
                in.integer("image.width", 1, 4096),
                in.integer("image.height", 1, 4096),
                channels,
                in.choice("image.invert", Invert.class),
                in.size("image.max-bytes", 1, 1L << 30),
                in.number("image.max-pixels", 1, 1L << 30));
    }

    private static DeadLetter deadLetter(SettingsReader in) {
        String topic = in.name("dead-letter.topic", TOPIC, TOPIC_RULE);
        if (topic.equals(in.mandatory("events.topic"))) {
            throw new InvalidSettingException("dead-letter.topic=" + topic
                    + " is the events topic itself: every dead letter would come back; name another");
        }
        return new DeadLetter(topic, in.flag("dead-letter.create"));
    }

    private static Results results(SettingsReader in) {
        if (in.text("results.topic").isEmpty()) {
            return new Results("");
        }
        String topic = in.name("results.topic", TOPIC, TOPIC_RULE);
        if (topic.equals(in.mandatory("events.topic"))) {
            throw new InvalidSettingException("results.topic=" + topic
                    + " is the events topic itself: every result would come back; name another");
        }
        return new Results(topic);
    }

    private static Http http(SettingsReader in) {
        Set<String> forwarded = in.text("http.forward-headers").isEmpty()
                ? Set.of()
                : in.names("http.forward-headers", HEADER, HEADER_RULE).stream()
                        .map(name -> name.toLowerCase(Locale.ROOT))
                        .collect(Collectors.toUnmodifiableSet());
        Http http = new Http(
                in.flag("http.enabled"),
                in.mandatory("http.host"),
                in.integer("http.port", 0, 65_535),
                (int) in.size("http.max-bytes", 1_024, 1L << 30),
                in.integer("http.max-concurrency", 1, 1_000),
                in.size("http.max-memory", 1 << 20, 1L << 40),
                in.duration("http.request-timeout", Duration.ofMillis(100), Duration.ofHours(1)),
                in.duration("http.drain", Duration.ZERO, Duration.ofSeconds(20)),
                in.duration("http.batch-wait", Duration.ZERO, Duration.ofSeconds(1)),
                forwarded);
        if (http.maxMemory() < http.maxBytes()) {
            throw new InvalidSettingException("http.max-memory=" + in.text("http.max-memory")
                    + " is below http.max-bytes=" + in.text("http.max-bytes")
                    + ": one request would not fit; raise the first or lower the second");
        }
        if (http.batchWait().compareTo(http.requestTimeout()) >= 0) {
            throw new InvalidSettingException("http.batch-wait=" + in.text("http.batch-wait")
                    + " is not below http.request-timeout=" + in.text("http.request-timeout")
                    + ": requests would wait for each other until their time is up; lower the first");
        }
        return http;
    }

    private static CloudEvents cloudEvents(SettingsReader in) {
        String source = in.text("ce.source");
        return new CloudEvents(
                in.mandatory("ce.type"),
                source.isEmpty() ? "io.kserve.inference." + in.mandatory("model.name") : source,
                in.pythonFlag("ce.merge"));
    }

    /** What is in hand has camel.main.shutdown-timeout after the drain; then the platform kills. */
    private void checkStop(SettingsReader in) {
        Duration inHand = Duration.ofSeconds(in.integer("camel.main.shutdown-timeout", 1, 86_400));
        Duration needed = http.drain().plus(inHand).plus(LAST_STEPS);
        if (needed.compareTo(stopGrace) > 0) {
            throw new InvalidSettingException("http.drain=" + SettingsReader.plain(http.drain())
                    + " and camel.main.shutdown-timeout=" + inHand.toSeconds() + " with "
                    + SettingsReader.plain(LAST_STEPS) + " of margin (" + SettingsReader.plain(needed)
                    + ") are over stop.grace=" + SettingsReader.plain(stopGrace)
                    + ": requests in hand would be cut off; shorten one of them, or raise stop.grace with the pod's"
                    + " terminationGracePeriodSeconds");
        }
    }

    private void checkTogether(SettingsReader in) {
        if (kafka.enabled()) {
            checkHold();
        } else if (!results.topic().isEmpty()) {
            throw new InvalidSettingException("results.topic=" + results.topic()
                    + " means nothing with kafka.enabled=false: leave it empty, or set kafka.enabled=true");
        }
        if (review.below() > 0 && review.bucket().equals(output.bucket())) {
            throw new InvalidSettingException("review.bucket=" + review.bucket()
                    + " is output.bucket, too: what is to be reviewed would lie among what is sure; name another");
        }
        Set<String> outputs = outputBuckets();
        List<String> both = source.buckets().stream().filter(outputs::contains).toList();
        if (!both.isEmpty()) {
            throw new InvalidSettingException("source.buckets holds " + both.get(0)
                    + ", which is an output bucket: every filed image would be classified again; name another");
        }
        if (source.several() && !output.keyLayout().contains("{bucket}") && !in.flag("output.allow-collisions")) {
            throw new InvalidSettingException(
                    "source.buckets=" + in.text("source.buckets") + " are several, and output.key="
                            + output.keyLayout()
                            + " has no {bucket}: images of one key in two buckets would overwrite each other;"
                            + " put {bucket} into output.key, or set output.allow-collisions=true");
        }
        checkStop(in);
        if (batch.maxBytes() < image.maxBytes()) {
            throw new InvalidSettingException("batch.max-bytes=" + in.text("batch.max-bytes")
                    + " is below image.max-bytes=" + in.text("image.max-bytes")
                    + ": one image would not fit; raise the first or lower the second");
        }
    }

    private void checkHold() {
        Duration busy = events.hold()
                .plus(sourceStore.timeout().multipliedBy(3))
                .plus(predictor.timeout())
                .plus(MARGIN);
        if (busy.compareTo(events.maxPollInterval()) > 0) {
            throw new InvalidSettingException("events.hold=" + SettingsReader.plain(events.hold())
                    + " with three times s3.timeout, predictor.timeout and " + SettingsReader.plain(MARGIN)
                    + " of margin ("
                    + SettingsReader.plain(busy) + ") is over events.max-poll-interval-ms="
                    + events.maxPollInterval().toMillis()
                    + ": shorten events.hold or raise events.max-poll-interval-ms");
        }
    }
}
