package io.imagetransformer.campaign;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.imagetransformer.packaged.PackagedProgram;
import io.imagetransformer.sandbox.FaultProxy;
import io.imagetransformer.sandbox.Mnist;
import io.imagetransformer.sandbox.PredictorBehaviour;

import static org.assertj.core.api.Assertions.assertThat;

/** The program itself is killed, stopped, frozen, joined by others. */
final class ProcessFaults {
    private static final int KILLS = Integer.getInteger("campaign.kills", 20);
    private static final Duration GRACE = Duration.ofSeconds(25);

    private ProcessFaults() {}

    static List<Scenario> all() {
        return List.of(
                new Scenario(
                        "killed-at-random-moments",
                        "kill -9 at any moment loses nothing",
                        2,
                        Defence.COMMIT_LAST,
                        ProcessFaults::killedAtRandomMoments),
                new Scenario(
                        "sigterm-in-the-middle-of-a-batch",
                        "SIGTERM finishes the batch in hand, commits it, and ends with 0",
                        Defence.ORDERLY_STOP,
                        ProcessFaults::sigtermInTheMiddleOfABatch),
                new Scenario(
                        "leftover-native-files",
                        "what a killed process left in the temporary directory is no obstacle",
                        Defence.WHOLE_LIBRARY,
                        ProcessFaults::leftoverNativeFiles),
                new Scenario(
                        "instances-join-leave-and-die",
                        "instances share the partitions; one more, one fewer, one killed lose nothing",
                        8,
                        Defence.COMMIT_LAST,
                        ProcessFaults::instancesJoinLeaveAndDie),
                new Scenario(
                        "frozen-instance-wakes-up",
                        "an instance that wakes after its partitions were taken does no harm",
                        4,
                        Defence.COMMIT_LAST,
                        ProcessFaults::frozenInstanceWakesUp),
                new Scenario(
                        "frozen-instance-wakes-up-with-older-objects",
                        "what was replaced while an instance was frozen is filed as it is now",
                        Defence.NOTHING_OLD,
                        ProcessFaults::frozenInstanceWakesUpWithOlderObjects));
    }

    private static void killedAtRandomMoments(Trial trial) {
        trial.uploads.add(100).comeIn(15);
        for (int kill = 0; kill < KILLS; kill++) {
            PackagedProgram program = trial.start();
            if (trial.random.nextInt(4) > 0) {
                trial.awaitMoreDone(1 + trial.random.nextInt(40));
            }
            trial.passUpTo(Duration.ofMillis(1_500));
            trial.fault();
            program.kill();
            trial.watch.look();
        }
        trial.start();
    }

    private static void sigtermInTheMiddleOfABatch(Trial trial) {
        AtomicInteger inHand = new AtomicInteger();
        trial.stack.predictor.behave(call -> {
            inHand.set(call.instances().size());
            Thread.sleep(1_000);
            return call.predict();
        });
        trial.uploads.add(150).comeIn(10);
        for (int stop = 0; stop < 4; stop++) {
            PackagedProgram program = trial.start();
            trial.awaitMoreDone(1 + trial.random.nextInt(30));
            trial.passUpTo(Duration.ofMillis(700));
            inHand.set(0);
            trial.awaitQuietly(
                    "images are with the predictor", () -> assertThat(inHand).hasPositiveValue());
            int filed = trial.filed();
            int images = inHand.get();
            trial.fault();
            program.terminate();
            int code = program.awaitExit(GRACE);
            trial.require(code == 0, "exit code " + code + " after SIGTERM");
            trial.require(
                    trial.filed() >= filed + images,
                    "of " + images + " images in hand " + (trial.filed() - filed) + " were filed after SIGTERM");
            trial.watch.look();
        }
        trial.stack.predictor.behave(PredictorBehaviour.real());
        trial.start();
        trial.awaitAllCommitted();
        trial.require(
                trial.puts() == trial.filed(),
                trial.puts() - trial.filed() + " images were filed again after a stop in good order");
    }

    private static void leftoverNativeFiles(Trial trial) throws IOException {
        Path temporary = trial.folder();
        trial.settings.put("java.opts", Trial.JAVA_OPTIONS + " -Djava.io.tmpdir=" + temporary);
        trial.uploads.add(60).comeIn(10);
        for (int round = 0; round < 3; round++) {
            PackagedProgram program = trial.start();
            if (round == 0) {
                // As likely as not while the library is being unpacked.
                trial.passUpTo(Duration.ofMillis(2_500));
            } else {
                trial.awaitMoreDone(10);
            }
            trial.fault();
            program.kill();
            cutLibraries(temporary);
        }
        trial.start();
        trial.awaitAllCommitted();
        try (Stream<Path> files = Files.walk(temporary)) {
            long libraries = files.filter(Files::isRegularFile)
                    .filter(file -> file.getFileName().toString().contains("opencv"))
                    .count();
            trial.require(libraries == 1, libraries + " unpacked libraries in the temporary directory, should be 1");
        }
    }

    /** A half-written file, as a machine leaves it that loses power. */
    private static void cutLibraries(Path temporary) throws IOException {
        try (Stream<Path> files = Files.walk(temporary)) {
            for (Path library : files.filter(Files::isRegularFile)
                    .filter(file -> file.getFileName().toString().contains("opencv"))
                    .toList()) {
                byte[] start = new byte[1 << 20];
                Files.delete(library);
                Files.write(library, start);
            }
        }
    }

    private static void instancesJoinLeaveAndDie(Trial trial) {
        trial.uploads.add(400).comeIn(25);
        PackagedProgram first = trial.start();
        PackagedProgram second = trial.start();
        trial.awaitMoreDone(100);
        trial.fault();
        PackagedProgram third = trial.start();
        trial.start();
        third.awaitReady();
        trial.awaitMoreDone(50);
        trial.passUpTo(Duration.ofSeconds(2));
        trial.fault();
        first.terminate();
        trial.require(first.awaitExit(GRACE) == 0, "the instance that left did not end with 0");
        trial.awaitMoreDone(50);
        trial.passUpTo(Duration.ofSeconds(1));
        trial.fault();
        second.kill();
        trial.watch.look();
        trial.awaitMoreDone(50);
    }

    private static void frozenInstanceWakesUp(Trial trial) {
        trial.stack.predictor.behave(PredictorBehaviour.slow(Duration.ofMillis(200)));
        trial.uploads.add(200).comeIn(20);
        PackagedProgram one = trial.start();
        trial.start();
        trial.awaitQuietly(
                "both are members", () -> assertThat(trial.stack.probe().memberIds(trial.stack.group))
                        .hasSize(2));
        for (int freeze = 0; freeze < 2; freeze++) {
            trial.awaitMoreDone(20);
            trial.passUpTo(Duration.ofSeconds(1));
            trial.fault();
            one.freeze();
            // The session times out after six seconds; then the other works alone.
            trial.pass(Duration.ofSeconds(9));
            trial.awaitMoreDone(20);
            one.thaw();
        }
        trial.awaitMoreDone(20);
        trial.require(one.isAlive(), "the frozen instance ended");
    }

    /** Frozen while many images are predicted, and few of them filed; each of the others is replaced then. */
    private static void frozenInstanceWakesUpWithOlderObjects(Trial trial) {
        try (FaultProxy outputs = FaultProxy.before("127.0.0.1", trial.stack.s3.port())) {
            trial.settings.put("output.s3.endpoint", "http://" + outputs.address());
            trial.settings.put("events.max-poll-records", "256");
            for (int i = 0; i < 200; i++) {
                trial.uploads.good("replaced/" + i, trial.random.nextInt(Mnist.size()));
            }
            outputs.latency(Duration.ofMillis(300));
            PackagedProgram one = trial.start();
            trial.awaitDone(10);
            one.freeze();
            // What was on its way arrives.
            trial.pass(Duration.ofSeconds(2));
            outputs.heal();
            Set<String> filed = trial.stack.s3.keys(trial.stack.output).stream()
                    .map(copy -> copy.replaceFirst("^[^/]*/", ""))
                    .collect(Collectors.toSet());
            for (int i = 0; i < 200; i++) {
                if (!filed.contains("replaced/" + i)) {
                    trial.fault();
                    trial.uploads.good("replaced/" + i, trial.random.nextInt(Mnist.size()));
                }
            }
            trial.uploads.comeIn(15);
            trial.start();
            trial.awaitDone(250);
            one.thaw();
            trial.awaitMoreDone(30);
            trial.require(one.isAlive(), "the frozen instance ended");
            trial.awaitAllCommitted();
        }
    }
}
