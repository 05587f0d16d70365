package io.imagetransformer.pipeline;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

/** A client of the HTTP door: a user's curl, KServe's router, Knative's KafkaSource. Safe for any number of threads. */
public final class Door {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** What KafkaSource sends with a record that has no headers (knative-extensions/eventing-kafka-broker). */
    public static final Map<String, String> KAFKA_SOURCE = Map.of(
            "ce-specversion", "1.0",
            "ce-type", "dev.knative.kafka.event",
            "ce-source", "/apis/v1/namespaces/default/kafkasources/kafka-source#mnist",
            "ce-id", "partition:0/offset:0",
            "ce-subject", "partition:0#0",
            "ce-time", "2026-11-22T16:47:51.651Z",
            "ce-key", "mnist/0.png",
            "Prefer", "reply",
            "Kn-Namespace", "default");

    private final String url;
    private final HttpClient client;

    public Door(int port) {
        this(port, HttpClient.Version.HTTP_1_1);
    }

    public Door(int port, HttpClient.Version version) {
        url = "http://127.0.0.1:" + port;
        client = HttpClient.newBuilder().version(version).build();
    }

    public HttpResponse<String> get(String path) {
        return send(HttpRequest.newBuilder(URI.create(url + path)).GET());
    }

    /** An event for the model mnist, without any header. */
    public HttpResponse<String> predict(String event) {
        return post("/v1/models/mnist:predict", event, Map.of());
    }

    public HttpResponse<String> post(String path, String body, Map<String, String> headers) {
        return post(path, body.getBytes(StandardCharsets.UTF_8), headers);
    }

    public HttpResponse<String> post(String path, byte[] body, Map<String, String> headers) {
        return send(request(path, body, headers));
    }

    public CompletableFuture<HttpResponse<String>> postAsync(String path, String body, Map<String, String> headers) {
        return client.sendAsync(
                request(path, body.getBytes(StandardCharsets.UTF_8), headers).build(), BodyHandlers.ofString());
    }

    private HttpRequest.Builder request(String path, byte[] body, Map<String, String> headers) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(url + path)).timeout(PATIENCE).POST(BodyPublishers.ofByteArray(body));
        headers.forEach(request::header);
        return request;
    }

    private HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return client.send(request.build(), BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    public static JsonNode json(HttpResponse<String> response) {
        return json(response.body());
    }

    public static JsonNode json(String body) {
        try {
            return JSON.readTree(body);
        } catch (IOException e) {
            throw new UncheckedIOException(body, e);
        }
    }
}
