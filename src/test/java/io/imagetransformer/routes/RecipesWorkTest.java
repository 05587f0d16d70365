package io.imagetransformer.routes;

import java.io.IOException;
import java.io.StringReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.IntStream;

import com.sun.net.httpserver.HttpServer;
import org.apache.camel.main.Main;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Object;

import io.imagetransformer.camel.Wiring;
import io.imagetransformer.delivery.Batch;
import io.imagetransformer.delivery.BatchLimits;
import io.imagetransformer.delivery.Outcome;
import io.imagetransformer.delivery.SourceRecord;
import io.imagetransformer.delivery.Upload;
import io.imagetransformer.event.Decoded;
import io.imagetransformer.event.ObjectRef;
import io.imagetransformer.sandbox.EmbeddedKafka;
import io.imagetransformer.sandbox.EmbeddedPredictor;
import io.imagetransformer.sandbox.EmbeddedPredictor.AnswerForm;
import io.imagetransformer.sandbox.EmbeddedS3;
import io.imagetransformer.sandbox.KafkaTopicProbe;
import io.imagetransformer.sandbox.Mnist;

import static org.assertj.core.api.Assertions.assertThat;

/** Each block of {@code docs/routes.md}, put into the shipped routes and run, on keys that nobody would choose. */
class RecipesWorkTest {
    /** Image i of the test set is uploaded under key i; among the first there are two sevens, 0 and 17. */
    private static final List<String> KEYS = List.of(
            "plain.png",
            "a&b=c.png",
            "who?.png",
            "x#y.png",
            "${x}.png",
            "${variable.label}/${bean:settings}.png",
            "{{s3.secret-key}}.png",
            "quote\"d'.png",
            "%41%2F.png",
            "a+b c.png",
            "RAW(x).png",
            "line\nfeed.png",
            "ключ 鍵.png",
            "back\\slash.png",
            "deep/er/still.png",
            "$1.png",
            "#{x}.png",
            "<7>.png");

    private static final String STOP_SEVENS = """
            - filter:
                id: seven
                expression:
                  simple:
                    expression: "${variable.label} == '7'"
                steps:
                  - stop:
                      id: halt
            """;

    private static final String STOP_WHERE_A_FAILURE_IS_CAUGHT = """
            - doTry:
                id: may-fail
                steps:
                  - throwException:
                      id: fails
                      exceptionType: java.lang.IllegalStateException
                      message: for good
                doCatch:
                  - exception:
                      - java.lang.IllegalStateException
                    steps:
                      - stop:
                          id: halt
            """;

    private static final Map<String, RouteFiles.Recipe> RECIPES = RouteFiles.recipes();
    private static EmbeddedS3 s3;
    private static EmbeddedPredictor predictor;
    private static S3Client client;

    @TempDir
    private Path folder;

    private final Map<String, String> settings = new LinkedHashMap<>();

    @BeforeAll
    static void start() throws IOException {
        s3 = EmbeddedS3.inMemory().start();
        s3.createBuckets("mnist", "digits", "review", "sevens", "archive");
        client = s3.client();
        predictor = EmbeddedPredictor.start(0, "mnist");
        for (int i = 0; i < KEYS.size(); i++) {
            String key = KEYS.get(i);
            client.putObject(put -> put.bucket("mnist").key(key), RequestBody.fromBytes(Mnist.png(i)));
        }
    }

    @AfterAll
    static void stop() {
        client.close();
        predictor.close();
        s3.close();
    }

    @BeforeEach
    void settings() {
        settings.put("kafka.enabled", "false");
        settings.put("http.enabled", "false");
        settings.put("management.enabled", "false");
        settings.put("s3.endpoint", s3.endpoint().toString());
        settings.put("s3.access-key", s3.accessKey());
        settings.put("s3.secret-key", s3.secretKey());
        settings.put("predictor.host", predictor.hostPort());
    }

    @AfterEach
    void emptyTheOutputs() {
        predictor.answerAs(AnswerForm.MULTI_OUTPUT);
        List.of("digits", "review", "sevens", "archive").forEach(bucket -> keys(bucket)
                .forEach(key ->
                        client.deleteObject(delete -> delete.bucket(bucket).key(key))));
    }

    @Test
    void theShippedRoutesFileEachKeyAsItIs() throws Exception {
        // Given
        Path routes = RouteFiles.SHIPPED;

        // When
        List<Outcome> outcomes = run(routes);

        // Then
        assertThat(outcomes).allMatch(Outcome.Filed.class::isInstance);
        assertThat(keys("digits")).containsExactlyInAnyOrderElementsOf(labelled(all()));
    }

    @Test
    void aBucketOfItsOwnForOneLabel() throws Exception {
        // Given
        Path routes = edited("bucket-by-label");

        // When
        run(routes);

        // Then
        assertThat(keys("sevens")).hasSize(2).containsExactlyInAnyOrderElementsOf(labelled(sevens()));
        assertThat(keys("digits")).containsExactlyInAnyOrderElementsOf(labelled(others()));
    }

    @Test
    void aThresholdForOneLabel() throws Exception {
        // Given
        Path routes = edited("threshold");
        List<Integer> unsure =
                sevens().stream().filter(i -> Mnist.confidence(i) < 0.9999).toList();

        // When
        run(routes);

        // Then
        assertThat(keys("review")).containsExactlyInAnyOrderElementsOf(labelled(unsure));
        assertThat(keys("digits")).hasSize(KEYS.size() - unsure.size());
    }

    @Test
    void aThresholdLeavesImagesWithoutConfidenceAlone() throws Exception {
        // Given
        Path routes = edited("threshold");
        predictor.answerAs(AnswerForm.LABEL);

        // When
        run(routes);

        // Then
        assertThat(keys("review")).isEmpty();
        assertThat(keys("digits")).containsExactlyInAnyOrderElementsOf(labelled(all()));
    }

    @Test
    void aSecondCopyThatDoesNotCountAsTheDestination() throws Exception {
        // Given
        Path routes = edited("second-copy");

        // When
        List<Outcome> outcomes = run(routes);

        // Then
        assertThat(keys("archive"))
                .containsExactlyInAnyOrderElementsOf(
                        KEYS.stream().map(key -> "mnist/mnist/" + key).toList());
        assertThat(keys("digits")).containsExactlyInAnyOrderElementsOf(labelled(all()));
        assertThat(outcomes).allSatisfy(outcome -> assertThat(((Outcome.Filed) outcome).bucket())
                .isEqualTo("digits"));
    }

    @Test
    void aWebhookGetsEachKeyWhole() throws Exception {
        // Given
        List<String> called = Collections.synchronizedList(new ArrayList<>());
        HttpServer hook = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        hook.createContext("/", exchange -> {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            // Decoded as a whole, after it was taken apart.
            Map<String, String> query = new LinkedHashMap<>();
            for (String pair : exchange.getRequestURI().getRawQuery().split("&")) {
                String[] parts = pair.split("=", 2);
                query.put(parts[0], URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
            }
            called.add(exchange.getRequestMethod() + query + body.startsWith("{\"predictions\""));
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        hook.start();
        settings.put("webhook.url", "http://localhost:" + hook.getAddress().getPort() + "/filed");
        Path routes = edited("webhook");

        // When
        List<Outcome> outcomes = run(routes);
        hook.stop(0);

        // Then
        assertThat(called)
                .containsExactlyInAnyOrderElementsOf(all().stream()
                        .map(i -> "POST{bucket=mnist, key=" + KEYS.get(i) + ", label=" + Mnist.label(i) + "}true")
                        .toList());
        assertThat(outcomes).allMatch(Outcome.Filed.class::isInstance);
    }

    @Test
    void aNotificationTopicGetsEachKeyWhole() throws Exception {
        // Given
        try (EmbeddedKafka kafka = EmbeddedKafka.start()) {
            kafka.createTopic("filed", 1);
            settings.put("kafka.brokers", kafka.bootstrapServers());
            settings.put("notification.topic", "filed");
            Path routes = edited("notification");

            // When
            List<Outcome> outcomes = run(routes);

            // Then
            assertThat(kafka.probe().readAll("filed"))
                    .extracting(KafkaTopicProbe::value)
                    .map(json -> URLDecoder.decode(json, StandardCharsets.UTF_8))
                    .containsExactlyInAnyOrderElementsOf(all().stream()
                            .map(i -> "{\"bucket\":\"mnist\",\"key\":\"" + KEYS.get(i) + "\",\"label\":\""
                                    + Mnist.label(i) + "\"}")
                            .toList());
            assertThat(outcomes).allMatch(Outcome.Filed.class::isInstance);
        }
    }

    @Test
    void aClassIsLeftOut() throws Exception {
        // Given
        Path routes = edited("skip");

        // When
        List<Outcome> outcomes = run(routes);

        // Then
        assertThat(outcomes).filteredOn(Outcome.Skipped.class::isInstance).hasSize(sevens().size());
        assertThat(keys("digits")).containsExactlyInAnyOrderElementsOf(labelled(others()));
    }

    @Test
    void anotherLayoutOfKeys() throws Exception {
        // Given
        Properties block = new Properties();
        block.load(new StringReader(RECIPES.get("layout").block()));
        block.forEach((key, value) -> settings.put(key.toString(), value.toString()));

        // When
        run(RouteFiles.SHIPPED);

        // Then
        assertThat(keys("digits"))
                .containsExactlyInAnyOrderElementsOf(all().stream()
                        .map(i -> "digit-" + Mnist.label(i) + "/from-mnist/" + KEYS.get(i))
                        .toList());
    }

    @Test
    void aStopBeforeThePutSkipsTheImage() throws Exception {
        // Given
        Path routes =
                RouteFiles.edited(new RouteFiles.Recipe("stop", "before", "choose-destination", STOP_SEVENS), folder);

        // When
        List<Outcome> outcomes = run(routes);

        // Then
        assertThat(outcomes).filteredOn(Outcome.Skipped.class::isInstance).hasSize(sevens().size());
        assertThat(keys("digits")).containsExactlyInAnyOrderElementsOf(labelled(others()));
    }

    @Test
    void aStopBehindThePutLeavesTheImageFiled() throws Exception {
        // Given
        Path routes =
                RouteFiles.edited(new RouteFiles.Recipe("stop", "after", "choose-destination", STOP_SEVENS), folder);

        // When
        List<Outcome> outcomes = run(routes);

        // Then
        assertThat(outcomes).allMatch(Outcome.Filed.class::isInstance);
        assertThat(keys("digits")).containsExactlyInAnyOrderElementsOf(labelled(all()));
    }

    @Test
    void aStopWhereAFailureIsCaughtLeavesTheImageFiled() throws Exception {
        // Given
        Path routes = RouteFiles.edited(
                new RouteFiles.Recipe("stop", "after", "choose-destination", STOP_WHERE_A_FAILURE_IS_CAUGHT), folder);

        // When
        List<Outcome> outcomes = run(routes);

        // Then
        assertThat(outcomes).allMatch(Outcome.Filed.class::isInstance);
        assertThat(keys("digits")).containsExactlyInAnyOrderElementsOf(labelled(all()));
    }

    @Test
    void anImageWhoseWebhookIsAwayStaysPending() throws Exception {
        // Given
        settings.put("webhook.url", "http://localhost:1/nobody");
        Path routes = edited("webhook");
        Batch batch = batch(Duration.ofSeconds(2));

        // When
        run(routes, batch);

        // Then
        assertThat(batch.getUploads()).allMatch(Upload::isPending);
        assertThat(batch.committable()).isEmpty();
        assertThat(batch.waitingFor()).contains("localhost");
    }

    @Test
    void everyRecipeOfThePageIsRunHere() {
        // Given
        List<String> run =
                List.of("bucket-by-label", "threshold", "second-copy", "webhook", "notification", "skip", "layout");

        // When
        List<String> onThePage = List.copyOf(RECIPES.keySet());

        // Then
        assertThat(onThePage).containsExactlyInAnyOrderElementsOf(run);
    }

    private Path edited(String recipe) {
        return RouteFiles.edited(RECIPES.get(recipe), folder);
    }

    private List<Outcome> run(Path routes) throws Exception {
        Batch batch = batch(Duration.ofSeconds(20));
        run(routes, batch);
        assertThat(batch.isUnfinished()).as(batch.waitingFor()).isFalse();
        return batch.getUploads().map(Upload::outcome).toList();
    }

    private void run(Path routes, Batch batch) throws Exception {
        Main main = new Main();
        settings.forEach(main::addOverrideProperty);
        main.setPropertyPlaceholderLocations("classpath:application.properties");
        main.configure().setRoutesIncludePattern("file:" + routes.toAbsolutePath() + "/*.camel.yaml");
        main.addMainListener(new Wiring("test"));
        try {
            main.start();
            main.getCamelTemplate().send("direct:classify", exchange -> {
                exchange.setProperty("batch", batch);
                exchange.getMessage().setBody(batch);
            });
        } finally {
            main.stop();
        }
    }

    private static Batch batch(Duration hold) {
        List<SourceRecord> records = IntStream.range(0, KEYS.size())
                .mapToObj(i -> new SourceRecord("events", 0, i, null, null, Map.of()))
                .toList();
        return new Batch(
                records,
                record -> List.of(new Decoded.Created(
                        new ObjectRef(
                                "mnist",
                                KEYS.get((int) record.offset()),
                                null,
                                null,
                                null,
                                null,
                                null,
                                null,
                                "minio:s3",
                                "ObjectCreated:Put"),
                        Map.of())),
                new BatchLimits(1, 100, 1 << 30, 1, 100_000),
                System.nanoTime() + hold.toNanos());
    }

    private static List<Integer> all() {
        return IntStream.range(0, KEYS.size()).boxed().toList();
    }

    private static List<Integer> sevens() {
        return all().stream().filter(i -> Mnist.label(i) == 7).toList();
    }

    private static List<Integer> others() {
        return all().stream().filter(i -> Mnist.label(i) != 7).toList();
    }

    private static List<String> labelled(List<Integer> images) {
        return images.stream().map(i -> Mnist.label(i) + "/" + KEYS.get(i)).toList();
    }

    private static List<String> keys(String bucket) {
        return client.listObjectsV2Paginator(list -> list.bucket(bucket)).contents().stream()
                .map(S3Object::key)
                .toList();
    }
}
