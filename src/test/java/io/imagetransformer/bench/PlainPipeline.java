package io.imagetransformer.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.stream.IntStream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import nu.pattern.OpenCV;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.opencv.core.Core;
import org.opencv.core.Mat;
import org.opencv.core.MatOfByte;
import org.opencv.core.Size;
import org.opencv.imgcodecs.Imgcodecs;
import org.opencv.imgproc.Imgproc;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.ResponseBytes;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

import io.imagetransformer.config.Secret;
import io.imagetransformer.config.Settings;
import io.imagetransformer.delivery.Outages;
import io.imagetransformer.storage.S3Clients;

/**
 * The ceiling: what the routes do, written by hand on the clients alone, without Camel. One poll is one batch: its images
 * are fetched and transformed side by side, predicted in one V1 call, filed side by side, then committed.
 *
 * <p>It knows the good case only. It reads MinIO's events of uploads, takes every picture for a good one, and ends at the
 * first failure. What the product does beyond (dead letters, waiting out of outages, limits, order within a key) is what the
 * distance to this program pays for.
 *
 * <p>Environment: {@code KAFKA_BROKERS}, {@code EVENTS_TOPIC}, {@code EVENTS_GROUP}, {@code S3_ENDPOINT}, {@code
 * S3_ACCESS_KEY}, {@code S3_SECRET_KEY}, {@code PREDICTOR_HOST} (host:port), {@code MODEL_NAME}, {@code OUTPUT_BUCKET};
 * defaults as the product's. {@code OUR_S3_CLIENT=true} takes the product's S3 client instead of the SDK's as it comes.
 */
public final class PlainPipeline implements AutoCloseable {
    private static final int BATCH = 256;
    private static final int THREADS = 32;
    private static final int SIDE = 28;
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final ObjectMapper JSON = new ObjectMapper();
    /** The text of each pixel's value. */
    private static final String[] NUMBERS =
            IntStream.range(0, 256).mapToObj(b -> String.valueOf(b / 255.0)).toArray(String[]::new);

    private final Map<String, String> environment;
    private final String model;
    private final String outputBucket;
    private final URI predictUri;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final S3Client s3;
    private final HttpClient http = HttpClient.newHttpClient();
    private final ExecutorService pool = Executors.newFixedThreadPool(THREADS);

    /** One uploaded object, as its event names it. */
    private record Source(String bucket, String key) {}

    /**
     * One image between fetch and filing.
     *
     * @param object the fetched bytes, with content type and user metadata
     * @param pixels 784 grey values of the inverted picture, row by row, each 0 to 255
     */
    private record Image(Source source, ResponseBytes<GetObjectResponse> object, byte[] pixels) {}

    /** What the predictor says of one image; confidence is the highest probability, 0 to 1. */
    private record Prediction(String label, double confidence) {}

    /** @param environment see the class; what is missing has its default */
    public PlainPipeline(Map<String, String> environment) {
        this.environment = environment;
        this.model = setting("MODEL_NAME", "mnist");
        this.outputBucket = setting("OUTPUT_BUCKET", "digits");
        this.predictUri = URI.create(
                "http://" + setting("PREDICTOR_HOST", "localhost:8081") + "/v1/models/" + model + ":predict");
        this.s3 = Boolean.parseBoolean(setting("OUR_S3_CLIENT", "false")) ? ourClient() : client();
        this.consumer = new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers",
                        setting("KAFKA_BROKERS", "localhost:9092"),
                        "group.id",
                        setting("EVENTS_GROUP", "plain-pipeline"),
                        "max.poll.records",
                        BATCH,
                        "enable.auto.commit",
                        false,
                        "auto.offset.reset",
                        "earliest"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
    }

    private S3Client client() {
        return S3Client.builder()
                .endpointOverride(URI.create(setting("S3_ENDPOINT", "http://localhost:9000")))
                .region(Region.US_EAST_1)
                .forcePathStyle(true)
                .credentialsProvider(StaticCredentialsProvider.create(
                        AwsBasicCredentials.create(setting("S3_ACCESS_KEY", ""), setting("S3_SECRET_KEY", ""))))
                .httpClientBuilder(ApacheHttpClient.builder().maxConnections(THREADS))
                // Cheaper than the SDK's defaults, and anybody's first step.
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                .serviceConfiguration(service -> service.chunkedEncodingEnabled(false))
                .overrideConfiguration(override ->
                        override.retryStrategy(AwsRetryStrategy.doNotRetry()).apiCallTimeout(TIMEOUT))
                .build();
    }

    /** The product's own, so that what is left of the distance is the framework. */
    private S3Client ourClient() {
        return S3Clients.create(
                new Settings.Store(
                        setting("S3_ENDPOINT", "http://localhost:9000"),
                        "us-east-1",
                        new Secret(setting("S3_ACCESS_KEY", ""), ""),
                        new Secret(setting("S3_SECRET_KEY", ""), ""),
                        true,
                        TIMEOUT),
                THREADS,
                new Outages(Duration.ofMinutes(10)));
    }

    /** @param args how many images to file before it stops */
    public static void main(String[] args) throws Exception {
        int images = args.length == 0 ? Integer.MAX_VALUE : Integer.parseInt(args[0]);
        OpenCV.loadLocally();
        // One picture is one thread's work: the pool already uses every core.
        Core.setNumThreads(1);
        try (PlainPipeline pipeline = new PlainPipeline(System.getenv())) {
            pipeline.run(images);
        }
    }

    /**
     * Files that many images, then returns; the batch that reaches the number is finished and committed.
     *
     * @throws ExecutionException with the first failure of a fetch or a put as its cause
     */
    public void run(int images) throws IOException, InterruptedException, ExecutionException {
        consumer.subscribe(List.of(setting("EVENTS_TOPIC", "mnist")));
        int filed = 0;
        long start = 0;
        long cpuAtStart = 0;
        while (filed < images) {
            ConsumerRecords<byte[], byte[]> records = consumer.poll(Duration.ofMillis(200));
            if (records.isEmpty()) {
                continue;
            }
            if (start == 0) {
                start = System.nanoTime();
                cpuAtStart = cpuNanos();
            }
            int before = filed;
            filed += work(sources(records));
            consumer.commitSync();
            if (before == 0 && filed > 0) {
                System.out.printf(
                        "first filed %d ms after the JVM started%n",
                        ManagementFactory.getRuntimeMXBean().getUptime());
            }
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        double cpu = (cpuNanos() - cpuAtStart) / 1e9;
        System.out.printf(
                "%d images in %.2f s: %.0f images/s, %.2f s of CPU per 1,000 images%n",
                filed, seconds, filed / seconds, cpu * 1_000 / filed);
    }

    private static List<Source> sources(Iterable<ConsumerRecord<byte[], byte[]>> records) throws IOException {
        List<Source> sources = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> record : records) {
            JsonNode event = JSON.readTree(record.value());
            if (event.path("EventName").asText().startsWith("s3:ObjectCreated:")) {
                // MinIO's outer Key is not encoded: bucket, slash, key.
                String[] bucketAndKey = event.path("Key").asText().split("/", 2);
                sources.add(new Source(bucketAndKey[0], bucketAndKey[1]));
            }
        }
        return sources;
    }

    /** Files a batch; returns its size. */
    private int work(List<Source> sources) throws IOException, InterruptedException, ExecutionException {
        if (sources.isEmpty()) {
            return 0;
        }
        List<Image> images = sideBySide(sources, this::fetch);
        List<Prediction> predictions = predict(images);
        List<Integer> positions = new ArrayList<>();
        for (int i = 0; i < images.size(); i++) {
            positions.add(i);
        }
        sideBySide(positions, i -> file(images.get(i), predictions.get(i)));
        return images.size();
    }

    private <A, B> List<B> sideBySide(List<A> all, Function<A, B> step)
            throws InterruptedException, ExecutionException {
        List<Future<B>> running = new ArrayList<>(all.size());
        for (A one : all) {
            running.add(pool.submit(() -> step.apply(one)));
        }
        List<B> results = new ArrayList<>(all.size());
        for (Future<B> future : running) {
            results.add(future.get());
        }
        return results;
    }

    private Image fetch(Source source) {
        ResponseBytes<GetObjectResponse> object =
                s3.getObjectAsBytes(request -> request.bucket(source.bucket()).key(source.key()));
        return new Image(source, object, pixels(object.asByteArrayUnsafe()));
    }

    /** The reference's {@code image_transform}: grey, inverted, 28 x 28. Native memory is given back at once. */
    private static byte[] pixels(byte[] file) {
        MatOfByte encoded = new MatOfByte(file);
        Mat grey = Imgcodecs.imdecode(encoded, Imgcodecs.IMREAD_GRAYSCALE);
        Mat small = new Mat();
        try {
            // Of a byte, its complement is 255 less it.
            Core.bitwise_not(grey, grey);
            Imgproc.resize(grey, small, new Size(SIDE, SIDE));
            byte[] pixels = new byte[SIDE * SIDE];
            small.get(0, 0, pixels);
            return pixels;
        } finally {
            encoded.release();
            grey.release();
            small.release();
        }
    }

    private List<Prediction> predict(List<Image> images) throws IOException, InterruptedException {
        StringBuilder body = new StringBuilder(images.size() * SIDE * SIDE * 20).append("{\"instances\":[");
        for (Image image : images) {
            body.append(body.charAt(body.length() - 1) == ']' ? ",[" : "[");
            for (byte pixel : image.pixels()) {
                body.append(NUMBERS[pixel & 255]).append(',');
            }
            body.setCharAt(body.length() - 1, ']');
        }
        body.append("]}");
        HttpRequest request = HttpRequest.newBuilder(predictUri)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body.toString(), StandardCharsets.US_ASCII))
                .build();
        HttpResponse<byte[]> response = http.send(request, HttpResponse.BodyHandlers.ofByteArray());
        JsonNode predictions = JSON.readTree(response.body()).path("predictions");
        if (response.statusCode() != 200 || predictions.size() != images.size()) {
            throw new IOException(response.statusCode() + " " + new String(response.body(), StandardCharsets.UTF_8));
        }
        List<Prediction> results = new ArrayList<>(images.size());
        predictions.forEach(prediction -> results.add(prediction(prediction)));
        return results;
    }

    /** Reads {@code {"predictions":[10 probabilities],"classes":5}}, or the bare probabilities. */
    private static Prediction prediction(JsonNode answer) {
        JsonNode probabilities = answer.isArray() ? answer : answer.path("predictions");
        int best = 0;
        for (int label = 1; label < probabilities.size(); label++) {
            if (probabilities.get(label).asDouble() > probabilities.get(best).asDouble()) {
                best = label;
            }
        }
        return new Prediction(
                answer.path("classes").asText(String.valueOf(best)),
                probabilities.path(best).asDouble());
    }

    private String file(Image image, Prediction prediction) {
        GetObjectResponse source = image.object().response();
        String key = prediction.label() + "/" + image.source().key();
        Map<String, String> metadata = new HashMap<>(source.metadata());
        metadata.put("source-bucket", image.source().bucket());
        metadata.put("source-key", URLEncoder.encode(image.source().key(), StandardCharsets.UTF_8));
        metadata.put("source-etag", source.eTag().replace("\"", ""));
        metadata.put("model", model);
        metadata.put("label", prediction.label());
        metadata.put("confidence", String.valueOf(prediction.confidence()));
        s3.putObject(
                request -> request.bucket(outputBucket)
                        .key(key)
                        .contentType(source.contentType())
                        .metadata(metadata),
                RequestBody.fromBytes(image.object().asByteArrayUnsafe()));
        return key;
    }

    private static long cpuNanos() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime();
    }

    private String setting(String name, String byDefault) {
        return environment.getOrDefault(name, byDefault);
    }

    @Override
    public void close() {
        consumer.close();
        pool.shutdownNow();
        s3.close();
    }
}
