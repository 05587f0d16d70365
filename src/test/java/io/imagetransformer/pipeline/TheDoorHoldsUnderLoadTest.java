package io.imagetransformer.pipeline;

import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.imagetransformer.KafkaImageTransformer;
import io.imagetransformer.sandbox.Mnist;
import io.imagetransformer.sandbox.PredictorBehaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Bounds, slow clients, connections that outlive errors, an outage, a stop. */
@Order(1)
class TheDoorHoldsUnderLoadTest {
    private static final String PREDICT = "/v1/models/mnist:predict";
    private static final int CONCURRENCY = 4;

    private static Stack stack;
    private static KafkaImageTransformer program;
    private static Door door;

    @BeforeAll
    static void startProgram() {
        stack = Stack.start();
        program = stack.startProgram(settings());
        door = new Door(program.httpPort());
        stack.upload("0.png", Mnist.png(0));
    }

    private static Map<String, String> settings() {
        Map<String, String> settings = new HashMap<>(stack.httpOnly());
        settings.put("http.max-concurrency", String.valueOf(CONCURRENCY));
        settings.put("http.max-bytes", "64KiB");
        settings.put("http.request-timeout", "3s");
        return settings;
    }

    @AfterAll
    static void close() {
        program.close();
        stack.close();
    }

    @BeforeEach
    void heal() {
        stack.predictor.behave(PredictorBehaviour.real());
        stack.predictor.forget();
    }

    private static String event() {
        return Events.upload(stack.source, "0.png", 922);
    }

    /** As gateways write it that add a line of their own. */
    private static String expecting(int length) {
        return "POST " + PREDICT
                + " HTTP/1.1\r\nHost: h\r\nExpect: , 100-continue\r\nExpect: 100-continue\r\nContent-Length: " + length
                + "\r\n\r\n";
    }

    private static String post(String body) {
        return "POST " + PREDICT + " HTTP/1.1\r\nHost: h\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
    }

    @Test
    void whoComesBeyondTheBoundIsToldAtOnceAndLaterServed() throws Exception {
        // Given
        CountDownLatch release = new CountDownLatch(1);
        stack.predictor.behave(call -> {
            release.await();
            return call.predict();
        });
        List<CompletableFuture<HttpResponse<String>>> inHand = new ArrayList<>();
        for (int i = 0; i < CONCURRENCY; i++) {
            inHand.add(door.postAsync(PREDICT, event(), Map.of()));
        }
        await().until(() -> stack.predictor.requests() == CONCURRENCY);

        // When
        HttpResponse<String> beyond = door.predict(event());
        HttpResponse<String> alive = door.get("/v2/health/live");
        release.countDown();

        // Then
        assertThat(beyond.statusCode()).isEqualTo(503);
        assertThat(beyond.headers().firstValue("retry-after")).isPresent();
        assertThat(alive.statusCode())
                .as("health is answered while all are busy")
                .isEqualTo(200);
        assertThat(inHand).allSatisfy(one -> assertThat(one.get().statusCode()).isEqualTo(200));
        await("the places are free again")
                .untilAsserted(
                        () -> assertThat(door.predict(event()).statusCode()).isEqualTo(200));
    }

    @Test
    void aBodyThatIsTooLargeIsRefusedAndTheConnectionGoesOn() throws Exception {
        // Given
        String large = "x".repeat(70_000);

        // When
        try (RawConnection connection = new RawConnection(program.httpPort())) {
            String told = connection.send(post(large)).answer();
            String chunked = connection
                    .send("POST " + PREDICT + " HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
                            + Integer.toHexString(large.length()) + "\r\n" + large + "\r\n0\r\n\r\n")
                    .answer();
            String good = connection.send(post(event())).answer();

            // Then
            assertThat(told).startsWith("413 {\"error\":");
            assertThat(chunked).startsWith("413 {\"error\":");
            assertThat(good).startsWith("200 ");
        }
    }

    @Test
    void aConnectionOutlivesEveryKindOfError() throws Exception {
        // Given one connection
        try (RawConnection connection = new RawConnection(program.httpPort())) {

            // When
            List<String> answers = List.of(
                    connection.send(post("{")).answer(),
                    connection
                            .send(post(Events.upload("mnist", "nowhere.png", 1)))
                            .answer(),
                    connection
                            .send("GET /v1/models/nope HTTP/1.1\r\nHost: h\r\n\r\n")
                            .answer(),
                    connection
                            .send("DELETE /nowhere HTTP/1.1\r\nHost: h\r\n\r\n")
                            .answer(),
                    connection
                            .send("POST /nowhere HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc")
                            .answer(),
                    connection.send(post(event())).answer());

            // Then
            assertThat(answers.stream().map(answer -> answer.substring(0, 3)))
                    .containsExactly("400", "410", "404", "404", "404", "200");
        }
    }

    @Test
    void whatIsExpectedBesidesAnInterimAnswerIsRefused() throws Exception {
        try (RawConnection connection = new RawConnection(program.httpPort())) {
            // When
            String refused = connection
                    .send(post(event()).replaceFirst("\r\n", "\r\nExpect: 200-ok\r\n"))
                    .answer();
            String good = connection.send(post(event())).answer();

            // Then
            assertThat(refused).startsWith("417 {\"error\":");
            assertThat(good).startsWith("200 ");
        }
    }

    @Test
    void aBodyThatIsHeldBackIsAskedForOrTheConnectionIsGivenUp() throws Exception {
        try (RawConnection connection = new RawConnection(program.httpPort())) {
            // When
            String event = event();
            String interim = connection.send(expecting(event.length())).head();
            String good = connection.send(event).answer();
            String refused = connection.send(expecting(70_000)).head();

            // Then
            assertThat(interim).startsWith("HTTP/1.1 100 ");
            assertThat(good).startsWith("200 ");
            assertThat(refused).startsWith("HTTP/1.1 413 ").containsIgnoringCase("\r\nConnection: close\r\n");
            assertThat(connection.body(refused)).startsWith("{\"error\":");
            assertThat(connection.isClosed()).isTrue();
        }
    }

    @Test
    void slowClientsHoldNoPlace() throws Exception {
        // Given
        List<RawConnection> slow = new ArrayList<>();
        for (int i = 0; i < 10 * CONCURRENCY; i++) {
            slow.add(new RawConnection(program.httpPort())
                    .send("POST " + PREDICT + " HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n{"));
        }

        // When
        HttpResponse<String> response = door.predict(event());

        // Then
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(slow.get(0).answer()).as("in the end it is told").startsWith("408 ");
        for (RawConnection connection : slow) {
            connection.close();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whoDripsTheHeadOfARequestIsCutOffInTime(boolean afterAnother) throws Exception {
        // Given
        String head = "POST " + PREDICT + " HTTP/1.1\r\nHost: " + "h".repeat(10_000);
        AtomicInteger sent = new AtomicInteger();
        ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
        try (RawConnection idle = new RawConnection(program.httpPort());
                RawConnection slow = new RawConnection(program.httpPort())) {
            assertThat(idle.send(post(event())).answer()).startsWith("200 ");
            if (afterAnother) {
                assertThat(slow.send(post(event())).answer()).startsWith("200 ");
            }

            // When
            clock.scheduleAtFixedRate(
                    () -> slow.sendQuietly(head.substring(sent.get(), sent.incrementAndGet())),
                    0,
                    100,
                    TimeUnit.MILLISECONDS);
            HttpResponse<String> meanwhile = door.predict(event());
            String told = slow.answer();

            // Then
            assertThat(meanwhile.statusCode()).isEqualTo(200);
            assertThat(told).startsWith("408 ").contains("the headers did not come within 3 s");
            assertThat(slow.isClosed()).isTrue();
            assertThat(idle.send(post(event())).answer())
                    .as("a connection that was idle longer, between requests")
                    .startsWith("200 ");
        } finally {
            clock.shutdownNow();
        }
    }

    @Test
    void aClientThatGoesAwayFreesItsPlace() throws Exception {
        // Given
        CountDownLatch release = new CountDownLatch(1);
        stack.predictor.behave(call -> {
            release.await();
            return call.predict();
        });
        for (int i = 0; i < CONCURRENCY; i++) {
            new RawConnection(program.httpPort()).send(post(event())).close();
        }

        // When
        release.countDown();

        // Then
        await().untilAsserted(
                        () -> assertThat(door.predict(event()).statusCode()).isEqualTo(200));
    }

    @ParameterizedTest
    @EnumSource(HttpClient.Version.class)
    void bothVersionsOfHttpAreSpoken(HttpClient.Version version) {
        // Given
        Door client = new Door(program.httpPort(), version);
        client.get("/");

        // When
        HttpResponse<String> response = client.predict(event());

        // Then
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.version()).isEqualTo(version);
    }

    @Test
    void anOutageIsWaitedOutForAWhile() {
        // Given
        stack.predictor.behave(
                PredictorBehaviour.firstly(2, PredictorBehaviour.failing(503, "loading"), PredictorBehaviour.real()));

        // When
        HttpResponse<String> response = door.predict(event());

        // Then
        assertThat(response.statusCode()).isEqualTo(200);
    }

    @Test
    void anOutageThatLastsIsToldWithItsReason() {
        // Given
        stack.predictor.behave(PredictorBehaviour.failing(503, "loading"));

        // When
        HttpResponse<String> response = door.predict(event());

        // Then
        assertThat(response.statusCode()).isEqualTo(503);
        assertThat(response.headers().firstValue("retry-after")).isPresent();
        assertThat(Door.json(response).path("error").asText())
                .contains("predictor http://" + stack.predictor.hostPort());
    }

    @Test
    void aTokenThatThePredictorQuotesIsNotToldOn() {
        // Given
        String token = "tok-" + "5e2a9c".repeat(30);
        AtomicReference<float[]> taken = new AtomicReference<>();
        stack.predictor.behave(call -> {
            taken.set(call.instances().get(0));
            return call.predict();
        });
        door.predict(event());
        stack.upload("refused.png", Mnist.png(1));
        stack.predictor.behave(call -> Arrays.equals(call.instances().get(0), taken.get())
                ? call.predict()
                : PredictorBehaviour.failing(400, "refused: " + token).answer(call));

        // When
        HttpResponse<String> response = door.post(
                PREDICT, Events.upload(stack.source, "refused.png", 922), Map.of("Authorization", "Bearer " + token));

        // Then
        assertThat(response.statusCode()).isEqualTo(422);
        assertThat(response.body()).contains("refused: …").doesNotContain("5e2a9c");
    }

    @Test
    void aStopInAnOutageIsAnsweredAsOne() throws Exception {
        // Given
        KafkaImageTransformer other = stack.startProgram(settings());
        CountDownLatch asked = new CountDownLatch(2);
        stack.predictor.behave(call -> {
            asked.countDown();
            return PredictorBehaviour.failing(503, "loading").answer(call);
        });
        CompletableFuture<HttpResponse<String>> inHand =
                new Door(other.httpPort()).postAsync(PREDICT, event(), Map.of());
        asked.await();

        // When
        other.close();

        // Then
        assertThat(inHand.get().statusCode()).as(inHand.get().body()).isEqualTo(503);
        assertThat(inHand.get().headers().firstValue("retry-after")).isPresent();
    }

    @Test
    void anUrlThatIsNoneIsRefusedOnOneLine() throws Exception {
        try (RawConnection connection = new RawConnection(program.httpPort())) {
            assertThat(connection
                            .send("GET /v1/models/mnist?key=%ZZ HTTP/1.1\r\nHost: h\r\n\r\n")
                            .answer())
                    .startsWith("400 ")
                    .contains("{\"error\":");
        }
    }

    @Test
    void anEmptyLineBehindARequestIsNoRequest() throws Exception {
        try (RawConnection connection = new RawConnection(program.httpPort())) {
            // Given
            assertThat(connection.send(post(event())).answer()).startsWith("200 ");

            // When
            connection.send("\r\n");

            // Then
            assertThat(connection.send(post(event())).answer()).startsWith("200 ");
            connection.send("\r\n");
            assertThat(connection.isClosed())
                    .as("in silence, when the time of a head is over")
                    .isTrue();
        }
    }

    @Test
    void aPredictorThatHangsIsNotWaitedForBeyondTheTime() {
        // Given
        stack.predictor.behave(PredictorBehaviour.slow(Duration.ofSeconds(6)));

        // When
        HttpResponse<String> response = door.predict(event());

        // Then
        assertThat(response.statusCode()).isEqualTo(503);
        assertThat(Door.json(response).path("error").asText()).contains("http.request-timeout");
    }

    @Test
    void aStopIsSaidBeforeItComesAndWhatIsInHandIsAnswered() throws Exception {
        // Given
        Map<String, String> settings = new HashMap<>(settings());
        settings.put("http.drain", "1s");
        settings.put("http.request-timeout", "30s");
        KafkaImageTransformer other = stack.startProgram(settings);
        Door second = new Door(other.httpPort());
        CountDownLatch asked = new CountDownLatch(1);
        stack.predictor.behave(call -> {
            asked.countDown();
            return PredictorBehaviour.slow(Duration.ofSeconds(2)).answer(call);
        });
        CompletableFuture<HttpResponse<String>> inHand = second.postAsync(PREDICT, event(), Map.of());
        asked.await();
        assertThat(second.get("/v1/models/mnist").statusCode()).isEqualTo(200);

        // When
        CompletableFuture<Void> stopped = CompletableFuture.runAsync(other::close);

        // Then
        await("not ready").until(() -> second.get("/v1/models/mnist").statusCode() == 503);
        assertThat(second.get("/v2/health/live").statusCode()).isEqualTo(200);
        assertThat(inHand.get().statusCode()).as(inHand.get().body()).isEqualTo(200);
        stopped.get();
    }
}
