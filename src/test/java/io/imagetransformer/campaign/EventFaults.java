package io.imagetransformer.campaign;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;

import io.imagetransformer.sandbox.Mnist;
import io.imagetransformer.sandbox.S3Call;

/** The events themselves: too often, out of order, several of one key. */
final class EventFaults {
    private static final int DUPLICATES = 1_000;
    private static final int EVENTS = 20;

    private EventFaults() {}

    static List<Scenario> all() {
        return List.of(
                new Scenario(
                        "each-event-a-thousand-times",
                        "repeats do no harm: one copy of each",
                        Defence.NEWEST_ONLY,
                        EventFaults::duplicates),
                new Scenario(
                        "events-out-of-order",
                        "the newest object is filed, whatever the order of its events",
                        Defence.IF_MATCH,
                        EventFaults::outOfOrder),
                new Scenario(
                        "two-versions-of-a-key-in-one-batch",
                        "the newest object is filed, once",
                        Defence.NEWEST_ONLY,
                        EventFaults::twoVersions));
    }

    private static void duplicates(Trial trial) {
        trial.settings.put("events.max-poll-records", "256");
        trial.uploads.add(EVENTS);
        trial.stack.s3.flushNotifications();
        List<ConsumerRecord<byte[], byte[]>> events = trial.stack.probe().readAll(trial.stack.topic);
        List<ConsumerRecord<byte[], byte[]>> repeats = new ArrayList<>();
        for (int i = 1; i < DUPLICATES; i++) {
            repeats.addAll(events);
        }
        Collections.shuffle(repeats, trial.random);
        trial.start();
        repeats.forEach(event -> {
            trial.fault();
            trial.stack.probe().send(new ProducerRecord<>(trial.stack.topic, event.key(), event.value()));
        });
        trial.uploads.comeIn(10);
        trial.awaitMoreDone(30);
    }

    private static void outOfOrder(Trial trial) {
        for (int i = 0; i < 30; i++) {
            for (int version = 0; version < 3; version++) {
                trial.uploads.good("again/" + i, trial.random.nextInt(Mnist.size()));
            }
        }
        trial.stack.s3.flushNotifications();
        List<ConsumerRecord<byte[], byte[]>> events =
                new ArrayList<>(trial.stack.probe().readAll(trial.stack.topic));
        Collections.shuffle(events, trial.random);
        trial.start();
        events.forEach(event -> {
            trial.fault();
            trial.stack.probe().send(new ProducerRecord<>(trial.stack.topic, event.key(), event.value()));
        });
        trial.uploads.comeIn(15);
        trial.awaitDone(60);
    }

    private static void twoVersions(Trial trial) {
        AtomicInteger gets = new AtomicInteger();
        trial.stack.s3.observe(call -> {
            trial.count(call);
            if (call.operation() == S3Call.Operation.GET && call.key().startsWith("twice/")) {
                gets.incrementAndGet();
            }
        });
        trial.settings.put("events.max-poll-records", "256");
        for (int i = 0; i < 60; i++) {
            trial.fault();
            trial.uploads.good("twice/" + i, trial.random.nextInt(Mnist.size()));
            trial.uploads.good("twice/" + i, trial.random.nextInt(Mnist.size()));
        }
        trial.start();
        trial.awaitDone(60);
        trial.require(gets.get() == 60, gets + " objects were asked for, should be 60: the newest of each key");
        trial.uploads.comeIn(10);
        trial.awaitMoreDone(20);
    }
}
