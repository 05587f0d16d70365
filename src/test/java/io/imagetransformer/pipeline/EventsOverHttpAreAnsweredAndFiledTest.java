package io.imagetransformer.pipeline;

import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import io.imagetransformer.KafkaImageTransformer;
import io.imagetransformer.sandbox.EmbeddedPredictor;
import io.imagetransformer.sandbox.Mnist;
import io.imagetransformer.sandbox.PredictorBehaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

/** The wire of KServe's transformer, with {@code kafka.enabled=false}: the whole path on real parts. */
class EventsOverHttpAreAnsweredAndFiledTest {
    private static final String PREDICT = "/v1/models/mnist:predict";

    private static Stack stack;
    private static KafkaImageTransformer program;
    private static Door door;

    @BeforeAll
    static void startProgram() {
        stack = Stack.start();
        program = stack.startProgram(stack.httpOnly());
        door = new Door(program.httpPort());
        for (int i = 0; i < 10; i++) {
            stack.upload(i + ".png", Mnist.png(i));
        }
        stack.upload("text.png", "no picture".getBytes(StandardCharsets.UTF_8));
    }

    @AfterAll
    static void close() {
        program.close();
        stack.close();
    }

    @BeforeEach
    void heal() {
        stack.predictor.behave(PredictorBehaviour.real());
        stack.predictor.answerAs(EmbeddedPredictor.AnswerForm.MULTI_OUTPUT);
        stack.predictor.forget();
    }

    private static String event(int image) {
        return Events.upload(stack.source, image + ".png", 922);
    }

    private static String structured(int image) {
        return "{\"specversion\":\"1.0\",\"id\":\"id-" + image + "\",\"source\":\"/store\",\"type\":\"upload\","
                + "\"tenant\":\"blue\",\"data\":" + event(image) + "}";
    }

    static Stream<Arguments> shapes() {
        String base64 = Base64.getEncoder().encodeToString(event(3).getBytes(StandardCharsets.UTF_8));
        return Stream.of(
                argumentSet("plain JSON", 0, Map.of("Content-Type", "application/json"), event(0)),
                argumentSet("with a charset", 1, Map.of("Content-Type", "application/json; charset=utf-8"), event(1)),
                argumentSet(
                        "as curl -d sends it",
                        9,
                        Map.of("Content-Type", "application/x-www-form-urlencoded"),
                        event(9)),
                argumentSet("without Content-Type", 2, Map.of(), event(2)),
                argumentSet("data-wrapped", 4, Map.of(), "{\"data\":" + event(4) + "}"),
                argumentSet("KafkaSource's", 5, Door.KAFKA_SOURCE, event(5)),
                argumentSet("structured", 6, Map.of("Content-Type", "application/cloudevents+json"), structured(6)),
                argumentSet(
                        "structured with a charset",
                        7,
                        Map.of("Content-Type", "application/cloudevents+json; charset=UTF-8"),
                        structured(7)),
                argumentSet("structured, unsaid", 8, Map.of("Content-Type", "application/json"), structured(8)),
                argumentSet(
                        "structured in Base64",
                        3,
                        Map.of("Content-Type", "application/cloudevents+json"),
                        "{\"specversion\":\"1.0\",\"id\":\"i\",\"source\":\"/s\",\"type\":\"t\",\"data_base64\":\""
                                + base64 + "\"}"));
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void eachShapeOfEventIsAnsweredWithItsPredictionAndFiled(int image, Map<String, String> headers, String body) {
        // Given the image

        // When
        HttpResponse<String> response = door.post(PREDICT, body, headers);

        // Then
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        JsonNode answer = Door.json(response);
        JsonNode data = answer.path("specversion").isMissingNode() ? answer : answer.path("data");
        assertThat(data.path("predictions")).hasSize(1);
        assertThat(data.path("predictions").get(0).path("classes").asInt()).isEqualTo(Mnist.label(image));
        assertThat(data.path("predictions").get(0).path("predictions")).hasSize(10);
        assertThat(stack.object(stack.output, Mnist.label(image) + "/" + image + ".png"))
                .isEqualTo(Mnist.png(image));
    }

    @Test
    void aBinaryCloudEventIsAnsweredWithOne() {
        // Given
        Map<String, String> kafkaSource = Door.KAFKA_SOURCE;

        // When
        HttpResponse<String> response = door.post(PREDICT, event(0), kafkaSource);

        // Then
        assertThat(header(response, "ce-specversion")).isEqualTo("1.0");
        assertThat(header(response, "ce-id")).matches("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
        assertThat(header(response, "ce-source")).isEqualTo("io.kserve.inference.mnist");
        assertThat(header(response, "ce-type")).isEqualTo("io.kserve.inference.response");
        assertThat(header(response, "ce-time")).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{6}\\+00:00");
        assertThat(header(response, "content-type")).isEqualTo("application/json");
        assertThat(response.headers().map().keySet())
                .as("nothing of the request, nothing of ours")
                .containsExactlyInAnyOrder(
                        "ce-id", "ce-source", "ce-specversion", "ce-time", "ce-type", "content-length", "content-type");
    }

    @Test
    void aBatchOfCloudEventsIsAnsweredWithABatch() {
        // Given
        String batch = "[" + structured(1) + "," + structured(2) + "]";

        // When
        HttpResponse<String> response =
                door.post(PREDICT, batch, Map.of("Content-Type", "application/cloudevents-batch+json"));

        // Then
        assertThat(header(response, "content-type")).isEqualTo("application/cloudevents-batch+json");
        List<Integer> labels = new ArrayList<>();
        Door.json(response)
                .forEach(event -> labels.add(event.path("data")
                        .path("predictions")
                        .get(0)
                        .path("classes")
                        .asInt()));
        assertThat(labels).containsExactly(Mnist.label(1), Mnist.label(2));
        assertThat(stack.predictor.batches()).as("in one call").containsExactly(2);
    }

    @Test
    void plainJsonIsAnsweredAsThePredictorAnswered() {
        // Given
        stack.predictor.behave(PredictorBehaviour.answering(PredictorBehaviour.Answer.json(
                200, "{\"predictions\":[{\"predictions\":[0.25,0.75],\"classes\":1}],\"model_version\":\"7\"}")));

        // When
        HttpResponse<String> response = door.predict(event(0));

        // Then
        assertThat(response.body())
                .isEqualTo("{\"predictions\":[{\"predictions\":[0.25,0.75],\"classes\":1}],\"model_version\":\"7\"}");
        assertThat(response.headers().map()).doesNotContainKey("ce-id");
    }

    @Test
    void severalObjectsOfOneRequestArePredictedTogetherInTheirOrder() {
        // Given
        String several = Events.of(
                Events.record(stack.source, "9.png", 922),
                Events.record(stack.source, "3.png", 922),
                Events.record(stack.source, "5.png", 922));

        // When
        HttpResponse<String> response = door.predict(several);

        // Then
        List<Integer> labels = new ArrayList<>();
        Door.json(response)
                .path("predictions")
                .forEach(p -> labels.add(p.path("classes").asInt()));
        assertThat(labels).containsExactly(Mnist.label(9), Mnist.label(3), Mnist.label(5));
    }

    static Stream<Arguments> troubles() {
        return Stream.of(
                argumentSet("no JSON", 400, "not-json", "{"),
                argumentSet("no event", 400, "unknown-shape", "{\"instances\":[[0.0]]}"),
                argumentSet("no body", 400, "not-json", ""),
                argumentSet("no object", 410, "object-missing", Events.upload("mnist", "nowhere.png", 1)),
                argumentSet("no picture", 422, "not-an-image", Events.upload("mnist", "text.png", 10)));
    }

    @ParameterizedTest
    @MethodSource("troubles")
    void whatCannotBeFiledIsAnsweredWithItsReason(int status, String reason, String body) {
        // Given the event

        // When
        HttpResponse<String> response = door.post(PREDICT, body, Map.of("Content-Type", "application/json"));

        // Then
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(Door.json(response).path("error").asText()).contains(reason);
        assertThat(response.body()).doesNotContain("\n");
        assertThat(header(response, "kne-errorreason")).isEqualTo(reason);
        assertThat(header(response, "content-type")).isEqualTo("application/json");
    }

    @Test
    void anErrorIsNoCloudEvent() {
        // Given
        String missing = Events.upload(stack.source, "nowhere.png", 1);

        // When
        HttpResponse<String> response = door.post(PREDICT, missing, Door.KAFKA_SOURCE);

        // Then
        assertThat(response.statusCode()).isEqualTo(410);
        assertThat(response.headers().map().keySet()).noneMatch(name -> name.startsWith("ce-"));
    }

    @Test
    void ofSeveralObjectsTheGoodOnesAreFiledAndTheBodyTellsTheRest() {
        // Given
        String several = Events.of(
                Events.record(stack.source, "7.png", 922),
                Events.record(stack.source, "text.png", 10),
                Events.record(stack.source, "nowhere.png", 1),
                Events.record("elsewhere", "8.png", 922));

        // When
        HttpResponse<String> response = door.predict(several);

        // Then
        assertThat(response.statusCode()).isEqualTo(422);
        List<String> outcomes = new ArrayList<>();
        Door.json(response)
                .path("objects")
                .forEach(object -> outcomes.add(object.path("outcome").asText() + " "
                        + object.path("reason").asText()));
        assertThat(outcomes)
                .containsExactly(
                        "filed ", "failed not-an-image", "failed object-missing", "ignored not-a-source-bucket");
        assertThat(stack.filed()).contains(Mnist.label(7) + "/7.png");
    }

    @Test
    void noPredictionIsToldOfWhatWasReplacedMeanwhile() {
        // Given
        String key = "replaced.png";
        stack.upload(key, Mnist.png(7));
        String eTag = stack.head(stack.source, key).eTag().replace("\"", "");
        String event = Events.upload(stack.source, key, 922).replace("\"size\"", "\"eTag\":\"" + eTag + "\",\"size\"");
        assertThat(event).contains(eTag);
        stack.predictor.behave(call -> {
            stack.upload(key, Mnist.png(8));
            Thread.sleep(2_100);
            return call.predict();
        });

        // When
        HttpResponse<String> response = door.predict(event);
        stack.predictor.behave(PredictorBehaviour.real());

        // Then
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(Door.json(response).path("predictions")).isEmpty();
        assertThat(Door.json(response).path("ignored").get(0).path("reason").asText())
                .isEqualTo("superseded");
        assertThat(stack.filed()).doesNotContain(Mnist.label(7) + "/" + key);
    }

    @Test
    void whatIsNotForUsIsAnsweredSoThatItDoesNotComeAgain() {
        // Given
        String tags = Events.of(Events.record("s3:ObjectTagging:Put", stack.source, "1.png", 922));

        // When
        HttpResponse<String> plain = door.predict(tags);
        HttpResponse<String> event = door.post(PREDICT, tags, Door.KAFKA_SOURCE);

        // Then
        assertThat(plain.statusCode()).isEqualTo(200);
        assertThat(Door.json(plain).path("predictions")).isEmpty();
        assertThat(Door.json(plain).path("ignored").get(0).path("reason").asText())
                .isEqualTo("not-an-upload");
        assertThat(event.statusCode()).isEqualTo(204);
        assertThat(event.body()).isEmpty();
    }

    @Test
    void thePredictorGetsTheHeadersThatItIsToGetAndNoOthers() {
        // Given
        Map<String, String> headers = new HashMap<>(Door.KAFKA_SOURCE);
        headers.put("Authorization", "Bearer token-1");
        headers.put("X-Request-Id", "r-1");
        headers.put("X-B3-TraceId", "80f198ee56343ba864fe8b2a57d3eff7");
        headers.put("traceparent", "00-80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-01");
        headers.put("Cookie", "secret=1");
        headers.put("CamelHttpUri", "http://127.0.0.1:1/");
        headers.put("CamelAwsS3Key", "elsewhere");
        headers.put("kafka.OVERRIDE_TOPIC", "elsewhere");

        // When
        HttpResponse<String> response = door.post(PREDICT + "?CamelHttpUri=http://127.0.0.1:1/&x=y", event(0), headers);

        // Then
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        var sent = stack.predictor.read().get(0).headers();
        assertThat(sent.getFirst("Authorization")).isEqualTo("Bearer token-1");
        assertThat(sent.keySet().stream().map(String::toLowerCase))
                .containsExactlyInAnyOrder(
                        "authorization",
                        "x-request-id",
                        "x-b3-traceid",
                        "traceparent",
                        "content-type",
                        "content-length",
                        "host",
                        "connection",
                        "accept-encoding",
                        "user-agent");
    }

    private static String header(HttpResponse<String> response, String name) {
        return response.headers().firstValue(name).orElse("(none)");
    }
}
