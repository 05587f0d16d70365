package io.imagetransformer.sandbox;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

/** What the tests of {@link EmbeddedPredictor} say to it, over HTTP, and how they read what it says. */
final class PredictorClient {

    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static final ObjectMapper JSON = new ObjectMapper();

    private PredictorClient() {}

    /** A body that asks for these images of {@link Mnist}. */
    static String instances(int... indexes) {
        return IntStream.of(indexes)
                .mapToObj(index -> Arrays.toString(Mnist.instance(index)))
                .collect(Collectors.joining(",", "{\"instances\":[", "]}"));
    }

    static String instances(IntStream indexes) {
        return instances(indexes.toArray());
    }

    static HttpResponse<String> predict(EmbeddedPredictor predictor, String body)
            throws IOException, InterruptedException {
        return send(predictor, "POST", "/v1/models/mnist:predict", body);
    }

    static HttpResponse<String> get(EmbeddedPredictor predictor, String path) throws IOException, InterruptedException {
        return send(predictor, "GET", path, "");
    }

    /** Gives up after 20 s, far above what a test waits for. */
    static HttpResponse<String> send(EmbeddedPredictor predictor, String method, String path, String body)
            throws IOException, InterruptedException {
        return HTTP.send(
                request(predictor, method, path, body)
                        .timeout(Duration.ofSeconds(20))
                        .build(),
                BodyHandlers.ofString());
    }

    static HttpRequest.Builder request(EmbeddedPredictor predictor, String method, String path, String body) {
        return HttpRequest.newBuilder(URI.create(predictor.url() + path))
                .header("Content-Type", "application/json")
                .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
    }

    static JsonNode json(HttpResponse<String> response) throws IOException {
        return JSON.readTree(response.body());
    }
}
