package io.imagetransformer.campaign;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

import io.imagetransformer.packaged.PackagedProgram;
import io.imagetransformer.pipeline.Stack;
import io.imagetransformer.sandbox.Mnist;
import io.imagetransformer.sandbox.PredictorBehaviour;

import static org.assertj.core.api.Assertions.assertThat;

/** The broker, its topics, and the way to it. */
final class KafkaFaults {
    private KafkaFaults() {}

    static List<Scenario> all() {
        return List.of(
                new Scenario(
                        "kafka-stopped-and-started",
                        "a broker that is away is waited for",
                        Defence.KAFKA_WATCH,
                        KafkaFaults::stoppedAndStarted),
                new Scenario(
                        "kafka-away-longer-than-max-poll-interval",
                        "a broker that is away for long is waited for",
                        Defence.KAFKA_RECONNECTS,
                        KafkaFaults::awayLongerThanMaxPollInterval),
                new Scenario(
                        "kafka-commit-fails",
                        "a commit that Kafka does not take loses nothing",
                        Defence.COMMIT_LAST,
                        KafkaFaults::commitFails),
                new Scenario(
                        "kafka-commit-fails-and-nothing-follows",
                        "a batch whose commit Kafka did not take is committed, though no other follows",
                        Defence.COMMIT_GIVEN_BACK,
                        KafkaFaults::lastCommitFails),
                new Scenario(
                        "kafka-connection-is-bad",
                        "latency, cut and reset connections, lost answers to Kafka lose nothing",
                        Defence.KAFKA_RECONNECTS,
                        KafkaFaults::connectionIsBad),
                new Scenario(
                        "dead-letter-topic-unavailable",
                        "no record is committed before its dead letter is acknowledged",
                        Defence.LETTER_BEFORE_COMMIT,
                        KafkaFaults::deadLetterTopicUnavailable),
                new Scenario(
                        "dead-letter-too-large",
                        "a dead letter that its topic does not take is sent without its value",
                        Defence.VALUE_LEFT_OUT,
                        KafkaFaults::deadLetterTooLarge),
                new Scenario(
                        "topic-deleted-and-created-again",
                        "what comes into the new topic has its outcome",
                        Defence.EARLIEST,
                        KafkaFaults::topicDeletedAndCreatedAgain),
                new Scenario(
                        "partitions-added",
                        "what came into a partition before it was noticed has its outcome",
                        Defence.EARLIEST,
                        KafkaFaults::partitionsAdded));
    }

    private static void stoppedAndStarted(Trial trial) {
        PackagedProgram program = trial.startWithUploads();
        trial.outage(
                program, "Kafka at", Duration.ofSeconds(10), 1, trial.stack.kafka::stop, trial.stack.kafka::startAgain);
    }

    private static void awayLongerThanMaxPollInterval(Trial trial) {
        trial.shortenThePatienceOfKafka();
        PackagedProgram program = trial.startWithUploads();
        trial.outage(program, "Kafka at", Duration.ofSeconds(56), 1, trial.kafka::refuse, trial.kafka::heal);
    }

    private static void commitFails(Trial trial) {
        trial.stack.predictor.behave(PredictorBehaviour.slow(Duration.ofMillis(400)));
        trial.startWithUploads();
        for (int fault = 0; fault < 2; fault++) {
            trial.uploads.add(30);
            trial.awaitMoreDone(1 + trial.random.nextInt(10));
            trial.passUpTo(Duration.ofMillis(400));
            trial.fault();
            // Longer than the session: somebody else would have the partition by then.
            trial.kafka.timeout();
            trial.pass(Duration.ofSeconds(9));
            trial.watch.look();
            trial.kafka.heal();
            trial.awaitMoreDone(10);
        }
    }

    /** The session outlasts it: nobody takes the partition away, so that by itself nothing would come again. */
    private static void lastCommitFails(Trial trial) {
        trial.settings.put("camel.component.kafka.commit-timeout-ms", "1000");
        trial.startWithUploads();
        trial.awaitAllCommitted();
        AtomicInteger inHand = new AtomicInteger();
        trial.stack.predictor.behave(call -> {
            inHand.incrementAndGet();
            Thread.sleep(700);
            return call.predict();
        });
        for (int fault = 0; fault < 3; fault++) {
            inHand.set(0);
            int filed = trial.filed();
            trial.uploads.good("last/" + fault, trial.random.nextInt(Mnist.size()));
            trial.stack.s3.flushNotifications();
            trial.awaitQuietly(
                    "it is with the predictor", () -> assertThat(inHand).hasPositiveValue());
            trial.fault();
            trial.kafka.refuse();
            trial.awaitDone(filed + 1);
            trial.pass(Duration.ofMillis(1_500));
            trial.watch.look();
            trial.kafka.heal();
            trial.awaitQuietly("the last batch is committed", () -> assertThat(trial.stack.lag())
                    .isZero());
        }
    }

    private static void connectionIsBad(Trial trial) {
        trial.startWithUploads();
        List<String> members = trial.stack.probe().memberIds(trial.stack.group);
        List<Runnable> faults = List.of(
                () -> trial.kafka.latency(Duration.ofMillis(300)),
                () -> trial.kafka.cutAfter(2_000 + trial.random.nextInt(20_000)),
                trial.kafka::resetPeer,
                () -> trial.kafka.loseAnswers(3),
                () -> trial.kafka.bandwidth(20_000));
        for (Runnable fault : faults) {
            trial.fault();
            fault.run();
            trial.pass(Duration.ofSeconds(3));
            trial.watch.look();
            trial.kafka.heal();
            trial.awaitMoreDone(5);
        }
        // No fault is as long as the session: who comes back by himself is still a member.
        trial.require(trial.stack.probe().memberIds(trial.stack.group).equals(members), "a consumer was made anew");
    }

    private static void deadLetterTopicUnavailable(Trial trial) {
        trial.settings.put("dead-letter.create", "false");
        trial.uploads.add(100).comeIn(10);
        trial.fault();
        trial.start().awaitReady();
        trial.awaitMoreDone(5);
        // Longer than the producer waits by itself.
        trial.pass(Duration.ofSeconds(15));
        trial.watch.look();
        trial.stack.probe().createTopic(trial.stack.deadLetterTopic(), 1);
        trial.awaitDone(90);
    }

    private static void deadLetterTooLarge(Trial trial) {
        trial.settings.put("dead-letter.create", "false");
        trial.stack.probe().createTopic(trial.stack.deadLetterTopic(), 1, Map.of("max.message.bytes", "4000"));
        trial.uploads.add(60).comeIn(10);
        for (int i = 0; i < 5; i++) {
            trial.fault();
            trial.uploads.malformed("large-" + i, "x".repeat(20_000 + trial.random.nextInt(500_000)));
        }
        trial.start();
        trial.awaitAllCommitted();
        long without = trial.stack.deadLetters().stream()
                .filter(letter -> Stack.header(letter, "value-sha256") != null)
                .count();
        trial.require(without == 5, without + " dead letters have a digest instead of their value, should be 5");
    }

    private static void topicDeletedAndCreatedAgain(Trial trial) {
        PackagedProgram program = trial.startBeforeUploads();
        trial.uploads.add(150);
        trial.stack.s3.flushNotifications();
        trial.awaitQuietly("all committed", () -> assertThat(trial.stack.lag()).isZero());
        trial.watch.close();
        trial.fault();
        trial.stack.probe().deleteTopic(trial.stack.topic);
        trial.pass(Duration.ofSeconds(4));
        trial.stack.probe().createTopic(trial.stack.topic, 1);
        trial.uploads.add(40);
        trial.awaitDone(150);
        trial.uploads.comeIn(10);
        trial.awaitMoreDone(30);
        trial.require(program.isAlive(), "the program ended");
    }

    private static void partitionsAdded(Trial trial) {
        trial.startBeforeUploads();
        trial.uploads.add(120).comeIn(10);
        trial.awaitDone(100);
        trial.fault();
        trial.stack.probe().addPartitions(trial.stack.topic, 4);
        // The store notices at once, the program later.
        trial.pass(Duration.ofMillis(1_500));
        trial.uploads.add(60);
        trial.awaitMoreDone(60);
        trial.awaitAllCommitted();
        long withRecords = trial.stack.probe().endOffsets(trial.stack.topic).values().stream()
                .filter(end -> end > 0)
                .count();
        trial.require(withRecords == 4, "events came into " + withRecords + " partitions, should be 4");
    }
}
