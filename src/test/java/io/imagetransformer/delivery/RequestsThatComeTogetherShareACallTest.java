package io.imagetransformer.delivery;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.imagetransformer.TransientFailure;
import io.imagetransformer.delivery.SharedCalls.Caller;
import io.imagetransformer.event.Decoded;
import io.imagetransformer.predictor.Answer;

import static io.imagetransformer.delivery.Given.ROOMY;
import static io.imagetransformer.delivery.Given.batchOf;
import static io.imagetransformer.delivery.Given.created;
import static io.imagetransformer.delivery.Given.prediction;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/** None of these waits is ever waited out, but for the one that says so. */
@Timeout(20)
class RequestsThatComeTogetherShareACallTest {
    private static final Duration LONG = Duration.ofHours(1);
    private static final String KIND = "one authorisation";

    private final ExecutorService requests = Executors.newCachedThreadPool();
    private final ConcurrentLinkedQueue<Chunk> calls = new ConcurrentLinkedQueue<>();

    @AfterEach
    void stop() {
        requests.shutdownNow();
    }

    @Test
    void allThatAreInWorkShareOneCallAndEachGetsItsOwn() throws Exception {
        // Given
        SharedCalls shared = new SharedCalls(LONG, ROOMY);
        List<Caller> callers = List.of(shared.comes(KIND), shared.comes(KIND), shared.comes(KIND));
        List<Chunk> chunks = List.of(chunk("a"), chunk("b", "c"), chunk("d"));

        // When
        askAll(callers, chunks, this::predict);

        // Then
        assertThat(calls).hasSize(1);
        assertThat(labels(chunks.get(0))).containsExactly("a");
        assertThat(labels(chunks.get(1))).containsExactly("b", "c");
        assertThat(labels(chunks.get(2))).containsExactly("d");
    }

    @Test
    void whoIsAloneWaitsForNobody() throws Exception {
        // Given
        SharedCalls shared = new SharedCalls(LONG, ROOMY);
        Chunk chunk = chunk("a");

        // When
        shared.comes(KIND).ask(chunk, this::predict);

        // Then
        assertThat(calls).as("it asks by its ordinary way").isEmpty();
        assertThat(chunk.getToPredict()).hasSize(1);
    }

    @Test
    void whoHasBeenAnsweredOrHasEndedIsNotWaitedFor() throws Exception {
        // Given
        SharedCalls shared = new SharedCalls(LONG, ROOMY);
        List<Caller> answered = List.of(shared.comes(KIND), shared.comes(KIND));
        askAll(answered, List.of(chunk("a"), chunk("b")), this::predict);
        Caller ended = shared.comes(KIND);
        ended.close();

        // When
        shared.comes(KIND).ask(chunk("c"), this::predict);

        // Then
        assertThat(calls).hasSize(1);
    }

    @Test
    void whoWentAloneIsNotWaitedForWhileItIsStillInWork() throws Exception {
        // Given
        SharedCalls shared = new SharedCalls(LONG, ROOMY);
        shared.comes(KIND).ask(chunk("a"), this::predict);

        // When
        shared.comes(KIND).ask(chunk("b"), this::predict);

        // Then
        assertThat(calls).isEmpty();
    }

    @Test
    void whoEndsOnItsWayLetsTheOthersGo() throws Exception {
        // Given
        SharedCalls shared = new SharedCalls(LONG, ROOMY);
        Caller waits = shared.comes(KIND);
        Caller fails = shared.comes(KIND);
        Future<?> waiting = ask(waits, chunk("a"), this::predict);
        assertThat(catchThrowable(() -> waiting.get(50, TimeUnit.MILLISECONDS))).isInstanceOf(TimeoutException.class);

        // When
        fails.close();

        // Then
        waiting.get();
    }

    @Test
    void oneThatDoesNotComeIsWaitedForNoLongerThanTheSettingSays() throws Exception {
        // Given
        SharedCalls shared = new SharedCalls(Duration.ofMillis(50), ROOMY);
        shared.comes(KIND);
        Chunk chunk = chunk("a");

        // When
        shared.comes(KIND).ask(chunk, this::predict);

        // Then
        assertThat(calls).isEmpty();
        assertThat(chunk.getToPredict()).hasSize(1);
    }

    @Test
    void aFullCallGoesAtOnceAndWhoHasNoRoomOpensTheNext() throws Exception {
        // Given
        SharedCalls shared = new SharedCalls(LONG, new BatchLimits(1, 3, 1_000_000, 0, 1));
        shared.comes(KIND);
        List<Chunk> chunks = List.of(chunk("a"), chunk("b"), chunk("c"), chunk("d"), chunk("e", "f"));
        List<Caller> callers = chunks.stream().map(chunk -> shared.comes(KIND)).toList();

        // When
        askAll(callers.subList(0, 3), chunks.subList(0, 3), this::predict);
        Future<?> left = ask(callers.get(3), chunks.get(3), this::predict);
        ask(callers.get(4), chunks.get(4), this::predict).get();
        left.get();

        // Then
        assertThat(calls).hasSize(2);
        assertThat(chunks).allSatisfy(chunk -> assertThat(chunk.getToPredict()).isEmpty());
    }

    @Test
    void whatDoesNotFitBesideOthersLetsThemGo() throws Exception {
        // Given
        SharedCalls shared = new SharedCalls(LONG, new BatchLimits(1, 3, 1_000_000, 0, 1));
        shared.comes(KIND);
        Chunk two = chunk("a", "b");
        Chunk full = chunk("c", "d", "e");
        Future<?> waiting = ask(shared.comes(KIND), two, this::predict);
        assertThat(catchThrowable(() -> waiting.get(50, TimeUnit.MILLISECONDS))).isInstanceOf(TimeoutException.class);

        // When
        shared.comes(KIND).ask(full, this::predict);

        // Then
        waiting.get();
        assertThat(calls).as("each asks by its ordinary way").isEmpty();
    }

    @Test
    void theBytesOfTensorsBoundACallToo() throws Exception {
        // Given
        SharedCalls shared = new SharedCalls(LONG, new BatchLimits(1, 100, 2_500, 1_000, 1));
        shared.comes(KIND);
        List<Chunk> chunks = List.of(chunk("a"), chunk("b"));

        // When
        askAll(List.of(shared.comes(KIND), shared.comes(KIND)), chunks, this::predict);

        // Then
        assertThat(calls).hasSize(1);
    }

    @Test
    void twoKindsNeitherShareNorWaitForEachOther() throws Exception {
        // Given
        SharedCalls shared = new SharedCalls(LONG, ROOMY);
        List<Caller> callers = List.of(shared.comes("Bearer a"), shared.comes("Bearer b"));

        // When
        askAll(callers, List.of(chunk("a"), chunk("b")), this::predict);

        // Then
        assertThat(calls).isEmpty();
    }

    @Test
    void theFirstsHeadersGoWithTheCall() throws Exception {
        // Given
        SharedCalls shared = new SharedCalls(LONG, ROOMY);
        Caller first = shared.comes(KIND);
        Caller second = shared.comes(KIND);
        Future<?> leading = ask(first, chunk(Map.of("traceparent", "of-a"), "a"), this::predict);
        assertThat(catchThrowable(() -> leading.get(50, TimeUnit.MILLISECONDS))).isInstanceOf(TimeoutException.class);

        // When
        second.ask(chunk(Map.of("traceparent", "of-b"), "b"), this::predict);
        leading.get();

        // Then
        assertThat(calls).extracting(Chunk::forwardedHeaders).containsExactly(Map.of("traceparent", "of-a"));
    }

    @Test
    void afterARefusalEachAsksForItselfForGood() throws Exception {
        // Given
        SharedCalls shared = new SharedCalls(LONG, ROOMY);
        List<Caller> callers = List.of(shared.comes(KIND), shared.comes(KIND));
        List<Chunk> chunks = List.of(chunk("good"), chunk("bad"));
        AtomicInteger refusals = new AtomicInteger();
        Consumer<Chunk> refusing = together -> {
            refusals.incrementAndGet();
            together.refuse("status 400");
        };

        // When
        askAll(callers, chunks, refusing);
        IntStream.range(0, 3).forEach(other -> shared.comes(KIND));
        askAll(callers, chunks, refusing);

        // Then
        assertThat(refusals).hasValue(1);
        assertThat(chunks).allSatisfy(chunk -> {
            assertThat(chunk.getToPredict()).hasSize(1);
            assertThat(chunk.isAnyRefused()).as("nobody is blamed yet").isFalse();
        });
    }

    @Test
    void aFailureReachesEachAndIsNotMetTogetherAgain() {
        // Given
        SharedCalls shared = new SharedCalls(LONG, ROOMY);
        List<Caller> callers = List.of(shared.comes(KIND), shared.comes(KIND));
        List<Chunk> chunks = List.of(chunk("a"), chunk("b"));
        TransientFailure away = new TransientFailure("predictor is away");
        List<Future<?>> asked = new ArrayList<>();

        // When
        for (int i = 0; i < 2; i++) {
            asked.add(ask(callers.get(i), chunks.get(i), together -> {
                throw away;
            }));
        }

        // Then
        assertThat(asked).allSatisfy(one -> assertThat(catchThrowable(one::get))
                .isInstanceOf(ExecutionException.class)
                .hasCause(away));
        IntStream.range(0, 3).forEach(other -> shared.comes(KIND));
        assertThat(catchThrowable(() -> askAll(callers, chunks, this::predict))).isNull();
        assertThat(calls).isEmpty();
    }

    @Test
    void whoIsInterruptedWhileItWaitsLeavesNobodyBehind() throws Exception {
        // Given
        SharedCalls shared = new SharedCalls(LONG, ROOMY);
        shared.comes(KIND);
        Future<?> first = ask(shared.comes(KIND), chunk("a"), this::predict);
        assertThat(catchThrowable(() -> first.get(50, TimeUnit.MILLISECONDS))).isInstanceOf(TimeoutException.class);
        Chunk second = chunk("b");
        Future<?> follower = ask(shared.comes(KIND), second, this::predict);
        assertThat(catchThrowable(() -> follower.get(50, TimeUnit.MILLISECONDS)))
                .isInstanceOf(TimeoutException.class);

        // When
        first.cancel(true);

        // Then
        follower.get();
        assertThat(second.getToPredict()).hasSize(1);
    }

    @Test
    void anAnswerThatCannotBeDividedGoesToNobodyAndEndsTheSharing() throws Exception {
        // Given
        for (String more : List.of("{\"explanations\":[\"of a\",\"of b\"]}", "{\"meta\":{\"keys\":\"a,b\"}}")) {
            SharedCalls shared = new SharedCalls(LONG, ROOMY);
            List<Chunk> chunks = List.of(chunk("a"), chunk("b"));
            AtomicInteger asked = new AtomicInteger();
            Consumer<Chunk> telling = together -> {
                asked.incrementAndGet();
                together.accept(new Answer.Predictions(List.of(prediction("1"), prediction("2")), more));
            };

            // When
            askAll(List.of(shared.comes(KIND), shared.comes(KIND)), chunks, telling);
            askAll(List.of(shared.comes(KIND), shared.comes(KIND)), List.of(chunk("c"), chunk("d")), telling);

            // Then
            assertThat(asked).as(more).hasValue(1);
            assertThat(chunks)
                    .allSatisfy(chunk -> assertThat(chunk.getToPredict()).hasSize(1));
        }
    }

    @Test
    void whatIsTrueOfAllIsToldToEach() throws Exception {
        // Given
        SharedCalls shared = new SharedCalls(LONG, ROOMY);
        List<Chunk> chunks = List.of(chunk("a"), chunk("b"));
        String more = "{\"model_version\":\"3\",\"note\":\"[all] {well}\"}";

        // When
        askAll(
                List.of(shared.comes(KIND), shared.comes(KIND)),
                chunks,
                together -> together.accept(new Answer.Predictions(List.of(prediction("1"), prediction("2")), more)));

        // Then
        assertThat(chunks).allSatisfy(chunk -> assertThat(chunk.getPredicted())
                .extracting(Upload::more)
                .containsExactly(more));
    }

    @Test
    void offMeansThatEachCallsForItself() throws Exception {
        // Given
        SharedCalls shared = new SharedCalls(Duration.ZERO, ROOMY);

        // When
        askAll(List.of(shared.comes(KIND), shared.comes(KIND)), List.of(chunk("a"), chunk("b")), this::predict);

        // Then
        assertThat(calls).isEmpty();
    }

    @Test
    void manyAtOnceAreNeverMixed() throws Exception {
        // Given
        SharedCalls shared = new SharedCalls(Duration.ofMillis(2), new BatchLimits(1, 8, 1_000_000, 0, 1));
        ConcurrentLinkedQueue<String> wrong = new ConcurrentLinkedQueue<>();
        List<Future<?>> clients = new ArrayList<>();

        // When
        for (int client = 0; client < 32; client++) {
            String name = "client " + client + " ";
            clients.add(requests.submit(() -> {
                for (int i = 0; i < 200; i++) {
                    String[] keys = new String[1 + ThreadLocalRandom.current().nextInt(3)];
                    Arrays.setAll(keys, k -> name + ThreadLocalRandom.current().nextInt());
                    Chunk chunk = chunk(keys);
                    try (Caller caller = shared.comes(KIND)) {
                        caller.ask(chunk, this::predict);
                    }
                    if (chunk.getToPredict().isEmpty() && !labels(chunk).equals(List.of(keys))) {
                        wrong.add(labels(chunk) + " for " + List.of(keys));
                    }
                }
                return null;
            }));
        }
        for (Future<?> client : clients) {
            client.get();
        }

        // Then
        assertThat(wrong).isEmpty();
        assertThat(calls).isNotEmpty();
    }

    /** Each label is the key of its upload. */
    private void predict(Chunk together) {
        calls.add(together);
        together.accept(new Answer.Predictions(together.getToPredict().stream()
                .map(upload -> prediction(upload.object().key()))
                .toList()));
    }

    private Future<?> ask(Caller caller, Chunk chunk, Consumer<Chunk> call) {
        return requests.submit(() -> {
            caller.ask(chunk, call);
            return null;
        });
    }

    private void askAll(List<Caller> callers, List<Chunk> chunks, Consumer<Chunk> call) throws Exception {
        List<Future<?>> asked = new ArrayList<>();
        for (int i = 0; i < callers.size(); i++) {
            asked.add(ask(callers.get(i), chunks.get(i), call));
        }
        for (Future<?> one : asked) {
            one.get();
        }
    }

    private static List<String> labels(Chunk chunk) {
        return chunk.getPredicted().stream()
                .map(upload -> upload.prediction().label())
                .toList();
    }

    private static Chunk chunk(String... keys) {
        return chunk(Map.of(), keys);
    }

    private static Chunk chunk(Map<String, String> headers, String... keys) {
        List<Upload> uploads = batchOf(
                        ROOMY, Arrays.stream(keys).map(key -> created(key)).toArray(Decoded[]::new))
                .getUploads()
                .toList();
        uploads.forEach(Given::fetch);
        return new Chunk(uploads, headers);
    }
}
