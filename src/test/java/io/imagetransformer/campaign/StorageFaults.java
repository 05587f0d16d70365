package io.imagetransformer.campaign;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.imagetransformer.packaged.PackagedProgram;
import io.imagetransformer.sandbox.FaultProxy;
import io.imagetransformer.sandbox.Mnist;
import io.imagetransformer.sandbox.S3Call;
import io.imagetransformer.sandbox.S3Refusal;

import static org.assertj.core.api.Assertions.assertThat;

/** The store, its objects, and the way to it. */
final class StorageFaults {
    private StorageFaults() {}

    static List<Scenario> all() {
        return List.of(
                new Scenario(
                        "s3-away",
                        "a store that is away is waited for",
                        Defence.RETRIES,
                        trial -> outage(trial, Duration.ofSeconds(20), 0, trial.s3::refuse)),
                new Scenario(
                        "s3-away-longer-than-max-poll-interval",
                        "a store that is away for long is waited for",
                        Defence.GIVE_BACK,
                        trial -> {
                            trial.shortenThePatienceOfKafka();
                            outage(trial, Duration.ofSeconds(56), 4, trial.s3::refuse);
                        }),
                new Scenario(
                        "s3-hangs",
                        "a store that takes calls and does not answer is waited for",
                        Defence.RETRIES,
                        trial -> outage(trial, Duration.ofSeconds(20), 0, trial.s3::timeout)),
                new Scenario(
                        "s3-slow-down-for-a-third-of-the-calls",
                        "503 SlowDown is waited out",
                        Defence.RETRIES,
                        StorageFaults::slowDown),
                new Scenario(
                        "s3-get-cut-half-way",
                        "a picture that was cut on its way is fetched again, never filed or dead-lettered",
                        Defence.WHOLE_PICTURE,
                        StorageFaults::getCut),
                new Scenario(
                        "s3-put-done-but-answer-lost",
                        "a copy that was written although nobody said so stays one copy",
                        Defence.RETRIES,
                        StorageFaults::putAnswerLost),
                new Scenario(
                        "s3-connection-is-bad",
                        "latency, resets and little bandwidth lose nothing",
                        Defence.RETRIES,
                        StorageFaults::connectionIsBad),
                new Scenario(
                        "s3-credentials-rotated",
                        "refused credentials in mid-run are waited out, until the program is started with the new ones",
                        Defence.COMMIT_LAST,
                        StorageFaults::credentialsRotated),
                new Scenario(
                        "s3-bucket-missing-then-created",
                        "a bucket that is missing is waited for, at start and in mid-run",
                        Defence.RETRIES,
                        StorageFaults::bucketMissing),
                new Scenario(
                        "object-deleted-before-it-is-fetched",
                        "an object that is gone is a dead letter `object-missing`",
                        Defence.GONE_IS_GONE,
                        StorageFaults::objectDeleted),
                new Scenario(
                        "object-replaced-before-it-is-fetched",
                        "an object that was replaced is filed once, with the newest bytes",
                        Defence.IF_MATCH,
                        StorageFaults::objectReplaced));
    }

    private static void outage(Trial trial, Duration length, int consumers, Runnable fault) {
        PackagedProgram program = trial.startWithUploads();
        trial.outage(program, "S3 at", length, consumers, fault, trial.s3::heal);
    }

    private static boolean isOfTheProgram(Trial trial, S3Call call) {
        return call.operation() == S3Call.Operation.GET && call.bucket().equals(trial.stack.source)
                || call.operation() == S3Call.Operation.PUT && !call.bucket().equals(trial.stack.source);
    }

    private static void slowDown(Trial trial) {
        PackagedProgram program = trial.start().awaitReady();
        trial.stack.s3.refuse(S3Refusal.SLOW_DOWN, 0.3, call -> {
            boolean ours = isOfTheProgram(trial, call);
            if (ours) {
                trial.fault();
            }
            return ours;
        });
        trial.uploads.add(150).comeIn(15);
        trial.awaitDone(300);
        long lines = program.lines(": waiting, and trying again").size();
        trial.require(lines <= 4, lines + " lines tell of a store that is busy");
        trial.requireNoBatchCameAgain(program);
        trial.stack.s3.heal();
    }

    private static void getCut(Trial trial) {
        trial.startWithUploads();
        for (int cut = 0; cut < 6; cut++) {
            trial.fault();
            trial.s3.cutAfter(600 + trial.random.nextInt(3_000));
            trial.pass(Duration.ofMillis(1_500));
        }
        trial.s3.heal();
        trial.awaitMoreDone(20);
    }

    private static void putAnswerLost(Trial trial) {
        try (FaultProxy outputs = FaultProxy.before("127.0.0.1", trial.stack.s3.port())) {
            trial.settings.put("output.s3.endpoint", "http://" + outputs.address());
            PackagedProgram program = trial.startWithUploads();
            for (int fault = 0; fault < 5; fault++) {
                int lost = 1 + trial.random.nextInt(6);
                for (int i = 0; i < lost; i++) {
                    trial.fault();
                }
                outputs.loseAnswers(lost);
                trial.awaitMoreDone(25);
            }
            trial.awaitAllCommitted();
            trial.require(trial.puts() > trial.filed(), "no answer was lost");
            int most = trial.filed() + trial.faults();
            trial.require(
                    trial.puts() <= most,
                    trial.puts() + " copies were written, should be " + most
                            + " at most: one more for each lost answer");
            trial.requireNoBatchCameAgain(program);
            program.terminate();
            trial.require(program.awaitExit(Duration.ofSeconds(25)) == 0, "it did not end with 0");
        }
    }

    private static void connectionIsBad(Trial trial) {
        PackagedProgram program = trial.startWithUploads();
        List<Runnable> faults = List.of(
                () -> trial.s3.latency(Duration.ofMillis(300)),
                trial.s3::resetPeer,
                () -> trial.s3.loseAnswers(5),
                () -> trial.s3.bandwidth(3_000));
        for (Runnable fault : faults) {
            trial.fault();
            fault.run();
            trial.pass(Duration.ofSeconds(3));
            trial.s3.heal();
            trial.awaitMoreDone(5);
        }
        trial.requireNoBatchCameAgain(program);
    }

    private static void credentialsRotated(Trial trial) {
        PackagedProgram program = trial.startWithUploads();
        trial.fault();
        trial.stack.s3.rotateCredentials(trial.stack.s3.accessKey(), "rotated-secret");
        trial.awaitQuietly("the refusal is told", () -> assertThat(program.lines(": waiting, and trying again"))
                .isNotEmpty());
        trial.pass(Duration.ofSeconds(3));
        program.terminate();
        trial.require(program.awaitExit(Duration.ofSeconds(25)) == 0, "it did not end with 0");
        trial.settings.put("s3.secret-key", "rotated-secret");
        trial.start();
        trial.awaitMoreDone(30);
    }

    private static void bucketMissing(Trial trial) {
        trial.fault();
        trial.stack.s3.delete(trial.stack.output);
        trial.uploads.add(60).comeIn(10);
        PackagedProgram program = trial.start();
        program.awaitLine("(output.bucket) does not exist: waiting");
        trial.stack.s3.createBuckets(trial.stack.output);
        trial.awaitMoreDone(60);
        trial.outage(
                program,
                "S3 at",
                Duration.ofSeconds(20),
                () -> trial.stack.s3.refuse(
                        S3Refusal.NO_SUCH_BUCKET,
                        1,
                        call -> call.operation() == S3Call.Operation.PUT
                                && call.bucket().equals(trial.stack.output)),
                trial.stack.s3::heal);
    }

    private static void objectDeleted(Trial trial) {
        trial.uploads.add(40);
        for (int i = 0; i < 12; i++) {
            trial.fault();
            trial.uploads.good("gone/" + i, trial.random.nextInt(Mnist.size()));
            trial.uploads.delete("gone/" + i);
        }
        trial.uploads.comeIn(10);
        trial.start();
        trial.awaitDone(60);
    }

    /** At the worst moment: when the GET of the older object has come, and is not answered yet. */
    private static void objectReplaced(Trial trial) {
        Map<String, Integer> replacements = new ConcurrentHashMap<>();
        Map<String, Integer> puts = new ConcurrentHashMap<>();
        for (int i = 0; i < 12; i++) {
            String key = "replaced/" + i;
            trial.uploads.good(key, trial.random.nextInt(Mnist.size()));
            replacements.put(key, trial.random.nextInt(Mnist.size()));
        }
        trial.stack.s3.observe(call -> {
            trial.count(call);
            if (call.operation() == S3Call.Operation.PUT && call.key().contains("/replaced/")) {
                puts.merge(call.key().replaceFirst("^[^/]*/", ""), 1, Integer::sum);
            }
            Integer image = call.operation() == S3Call.Operation.GET ? replacements.remove(call.key()) : null;
            if (image != null) {
                trial.fault();
                trial.uploads.good(call.key(), image);
            }
        });
        trial.uploads.add(40).comeIn(10);
        trial.start();
        trial.awaitDone(60);
        trial.awaitAllCommitted();
        trial.require(replacements.isEmpty(), "not each of the objects was replaced: " + replacements);
        puts.values().removeIf(times -> times == 1);
        trial.require(
                puts.isEmpty(),
                "filed more than once, that is as the older object and with the newer one's bytes: " + puts);
    }
}
