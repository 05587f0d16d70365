package io.imagetransformer.campaign;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Predicate;

import io.imagetransformer.packaged.PackagedProgram;
import io.imagetransformer.sandbox.FaultProxy;
import io.imagetransformer.sandbox.Mnist;
import io.imagetransformer.sandbox.PredictorBehaviour;
import io.imagetransformer.sandbox.PredictorBehaviour.Answer;

/** The model server, its answers, and the way to it. */
final class PredictorFaults {
    private static final String WAITED_OUT = "a predictor that cannot answer is waited for; no image is blamed";
    private static final Duration OUTAGE = Duration.ofSeconds(15);
    private static final int RETRY_AFTER_SECONDS = 6;
    /** How many chunks ask the predictor side by side: predictor.concurrency. */
    private static final int CONCURRENCY = 2;
    /** One image in ten. */
    private static final int REFUSED = 7;

    private PredictorFaults() {}

    static List<Scenario> all() {
        List<Scenario> all = new ArrayList<>(List.of(
                new Scenario(
                        "predictor-away",
                        WAITED_OUT,
                        Defence.RETRIES,
                        trial -> trial.outage(
                                trial.startWithUploads(),
                                "predictor",
                                OUTAGE,
                                trial.predictor::refuse,
                                trial.predictor::heal)),
                new Scenario("predictor-away-longer-than-max-poll-interval", WAITED_OUT, Defence.GIVE_BACK, trial -> {
                    trial.shortenThePatienceOfKafka();
                    trial.outage(
                            trial.startWithUploads(),
                            "predictor",
                            Duration.ofSeconds(56),
                            4,
                            trial.predictor::refuse,
                            trial.predictor::heal);
                }),
                new Scenario(
                        "predictor-cuts-its-answers",
                        WAITED_OUT,
                        Defence.RETRIES,
                        trial -> trial.outage(
                                trial.startWithUploads(),
                                "predictor",
                                OUTAGE,
                                () -> trial.predictor.cutAfter(200),
                                trial.predictor::heal)),
                new Scenario(
                        "predictor-429-with-retry-after",
                        "Retry-After is honoured",
                        Defence.RETRY_AFTER,
                        PredictorFaults::retryAfter),
                new Scenario(
                        "predictor-429-with-a-longer-retry-after-than-kafka-waits",
                        "no batch is held past its time, whatever the predictor asks for",
                        Defence.RETRY_AFTER_IS_CUT,
                        PredictorFaults::longRetryAfter),
                new Scenario(
                        "predictor-answers-slowly",
                        "a slow predictor is no fault",
                        Defence.PREDICTOR_TIMEOUT,
                        PredictorFaults::slow),
                new Scenario(
                        "labels-change-in-mid-run",
                        "each image is filed once, under the label of the answer that it got",
                        Defence.RETRIES,
                        PredictorFaults::labelsChange)));
        all.add(answering("predictor-503", PredictorBehaviour.failing(503, "loading"), Defence.RETRIES));
        all.add(answering("predictor-404-for-the-model", PredictorBehaviour.failing(404, "no model"), Defence.RETRIES));
        all.add(answering("predictor-hangs", PredictorBehaviour.hanging(), Defence.RETRIES));
        all.add(answering("predictor-not-json", PredictorBehaviour.notJson(), Defence.RETRIES));
        all.add(answering("predictor-200-with-error", PredictorBehaviour.errorWithStatus200(), Defence.RETRIES));
        all.add(answering("predictor-null-predictions", PredictorBehaviour.nullPredictions(), Defence.RETRIES));
        all.add(answering("predictor-one-short", PredictorBehaviour.onePredictionShort(), Defence.RETRIES));
        all.add(answering("predictor-one-more", PredictorBehaviour.onePredictionMore(), Defence.RETRIES));
        all.add(answering("predictor-null-for-all", PredictorBehaviour.nullFor(i -> true), Defence.RETRIES));
        all.add(answering("predictor-nan-for-all", PredictorBehaviour.notANumberFor(i -> true), Defence.RETRIES));
        all.add(answering("predictor-400-for-all", PredictorBehaviour.failing(400, "no"), Defence.RETRIES));
        all.add(oneInstance("predictor-400-for-one-instance", refused -> PredictorBehaviour.refusing(400, refused)));
        all.add(oneInstance("predictor-null-for-one-instance", PredictorBehaviour::nullFor));
        all.add(oneInstance("predictor-nan-for-one-instance", PredictorBehaviour::notANumberFor));
        return all;
    }

    private static Scenario answering(String name, PredictorBehaviour fault, Defence defence) {
        return new Scenario(name, WAITED_OUT, defence, trial -> {
            PackagedProgram program = trial.startWithUploads();
            trial.outage(
                    program,
                    "predictor",
                    OUTAGE,
                    () -> trial.stack.predictor.behave(fault),
                    () -> trial.stack.predictor.behave(PredictorBehaviour.real()));
        });
    }

    private static Scenario oneInstance(String name, Function<Predicate<float[]>, PredictorBehaviour> fault) {
        return new Scenario(
                name,
                "an instance that is refused alone is a dead letter, its neighbours are filed",
                Defence.HALVING,
                trial -> {
                    Set<Integer> refused = new HashSet<>();
                    for (int image = REFUSED; image < Mnist.size(); image += 10) {
                        refused.add(hash(Mnist.instance(image)));
                    }
                    trial.uploads.areRefused(image -> refused.contains(hash(Mnist.instance(image))));
                    trial.stack.predictor.behave(fault.apply(instance -> {
                        boolean isRefused = refused.contains(Arrays.hashCode(instance));
                        if (isRefused) {
                            trial.fault();
                        }
                        return isRefused;
                    }));
                    trial.startWithUploads();
                    trial.awaitMoreDone(100);
                });
    }

    private static int hash(double[] instance) {
        float[] floats = new float[instance.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) instance[i];
        }
        return Arrays.hashCode(floats);
    }

    private static void retryAfter(Trial trial) {
        PackagedProgram program = trial.startWithUploads();
        long[] start = new long[1];
        trial.outage(
                program,
                "predictor",
                Duration.ofSeconds(20),
                () -> {
                    trial.stack.predictor.behave(
                            PredictorBehaviour.overloaded(Duration.ofSeconds(RETRY_AFTER_SECONDS)));
                    trial.stack.predictor.forget();
                    start[0] = System.nanoTime();
                },
                () -> {
                    double seconds = (System.nanoTime() - start[0]) / 1e9;
                    double most = CONCURRENCY * (seconds / RETRY_AFTER_SECONDS + 1);
                    int asked = trial.stack.predictor.requests();
                    trial.require(
                            asked <= most,
                            asked + " requests in spite of Retry-After, should be " + Math.round(most) + " at most");
                    trial.stack.predictor.behave(PredictorBehaviour.real());
                });
    }

    private static void longRetryAfter(Trial trial) {
        trial.shortenThePatienceOfKafka();
        PackagedProgram program = trial.startWithUploads();
        trial.outage(
                program,
                "predictor",
                Duration.ofSeconds(25),
                2,
                () -> trial.stack.predictor.behave(PredictorBehaviour.overloaded(Duration.ofSeconds(60))),
                () -> {
                    trial.require(
                            !program.lines("a batch is given back to Kafka").isEmpty(),
                            "the batch was not given back in time");
                    trial.stack.predictor.behave(PredictorBehaviour.real());
                });
    }

    private static void slow(Trial trial) {
        trial.settings.put("predictor.timeout", "30s");
        trial.stack.predictor.behave(PredictorBehaviour.slow(Duration.ofMillis(1_500)));
        trial.fault();
        PackagedProgram program = trial.start();
        trial.uploads.add(40).comeIn(3);
        trial.awaitDone(60);
        trial.predictor.bandwidth(2_000);
        trial.fault();
        trial.awaitMoreDone(10);
        trial.predictor.heal();
        trial.stack.predictor.behave(PredictorBehaviour.real());
        trial.require(
                program.lines("waiting, and trying").isEmpty(), "a slow predictor was taken for one that is away");
    }

    private static void labelsChange(Trial trial) {
        trial.uploads.mayBeLabelled(image -> Set.of(String.valueOf(Mnist.label(image)), "digit-" + Mnist.label(image)));
        AtomicInteger calls = new AtomicInteger();
        try (FaultProxy outputs = FaultProxy.before("127.0.0.1", trial.stack.s3.port())) {
            trial.settings.put("output.s3.endpoint", "http://" + outputs.address());
            PackagedProgram program = trial.startWithUploads();
            // Each call is answered in other words than the one before it: who asks about an image again files it
            // twice.
            trial.stack.predictor.behave(call -> calls.incrementAndGet() % 2 == 0 ? call.predict() : named(call));
            for (int change = 0; change < 4; change++) {
                int lost = 1 + trial.random.nextInt(4);
                for (int i = 0; i < lost; i++) {
                    trial.fault();
                }
                outputs.loseAnswers(lost);
                trial.awaitMoreDone(20 + trial.random.nextInt(20));
            }
            trial.awaitAllCommitted();
            trial.require(trial.puts() > trial.filed(), "no answer was lost");
            trial.require(
                    trial.stack.s3.keys(trial.stack.output).stream().anyMatch(copy -> copy.startsWith("digit-")),
                    "no image was filed under a new label");
            program.terminate();
            trial.require(program.awaitExit(Duration.ofSeconds(25)) == 0, "it did not end with 0");
        }
    }

    /** The same answer, its classes as names. */
    private static Answer named(PredictorBehaviour.Call call) throws InterruptedException {
        String json = new String(call.predict().body(), StandardCharsets.UTF_8);
        return Answer.json(200, json.replaceAll("\"classes\":(\\d+)", "\"classes\":\"digit-$1\""));
    }
}
