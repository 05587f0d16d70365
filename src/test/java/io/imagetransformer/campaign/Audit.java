package io.imagetransformer.campaign;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

import org.apache.kafka.clients.consumer.ConsumerRecord;

import io.imagetransformer.pipeline.Stack;
import io.imagetransformer.sandbox.KafkaTopicProbe;
import io.imagetransformer.sandbox.Mnist;
import io.imagetransformer.storage.Provenance;

/**
 * The far end of a trial, the same for every scenario: each upload has one outcome, and the right one. A copy lies under
 * the label that the Python reference gave its image, byte for byte, and tells that object's ETag; a dead letter is there
 * for each data fault, with its reason, and for nothing else; no commit passed a record without outcome; no log holds a stack trace.
 *
 * @param uploads how many objects and records came in
 * @param filed how many copies there are
 * @param deadLetters how many records have one
 * @param repeated how many copies and dead letters were written more than once, which at-least-once allows
 * @param commitLooks how often the committed offsets were compared with the outcomes
 * @param problems none where all is as promised
 */
record Audit(int uploads, int filed, int deadLetters, int repeated, int commitLooks, List<String> problems) {
    private static final int SHOWN = 5;

    static Audit of(Trial trial) {
        Findings findings = new Findings(trial.stack, trial.uploads);
        List<String> problems = new ArrayList<>(trial.problems);
        problems.addAll(findings.problems);
        problems.addAll(shortened(trial.watch.violations()));
        trial.outages.forEach(outage -> problems.addAll(outage.problems()));
        int traces = trial.logs().stream()
                .mapToInt(log -> (int)
                        log.stream().filter(line -> line.startsWith("\tat ")).count())
                .sum();
        if (traces > 0) {
            problems.add(traces + " lines of stack traces in the log");
        }
        int repeated = Math.max(0, trial.puts() - findings.copies.size()) + findings.letters - findings.reasons.size();
        return new Audit(
                trial.uploads.total(),
                findings.copies.size(),
                findings.reasons.size(),
                repeated,
                trial.watch.looks(),
                problems);
    }

    private static List<String> shortened(List<String> problems) {
        return problems.size() <= SHOWN
                ? problems
                : Arrays.asList(problems.size() + " in all: " + problems.get(0), problems.get(1), problems.get(2));
    }

    /** As S3 makes it. */
    static String eTag(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has MD5", e);
        }
    }

    private static final class Findings {
        final Set<String> copies;
        final Map<String, Set<String>> labels = new HashMap<>();
        final Map<String, Set<String>> reasons = new HashMap<>();
        final List<String> problems = new ArrayList<>();
        int letters;

        Findings(Stack stack, Uploads uploads) {
            copies = stack.s3.keys(stack.output);
            copies.forEach(copy -> labels.computeIfAbsent(copy.substring(copy.indexOf('/') + 1), key -> new TreeSet<>())
                    .add(copy.substring(0, copy.indexOf('/'))));
            for (ConsumerRecord<byte[], byte[]> letter : stack.deadLetters()) {
                letters++;
                String key = String.valueOf(KafkaTopicProbe.key(letter)).replaceFirst("^" + stack.source + "/", "");
                reasons.computeIfAbsent(key, k -> new TreeSet<>()).add(String.valueOf(Stack.header(letter, "reason")));
            }
            List<String> found = new ArrayList<>();
            uploads.expected().forEach((key, expected) -> {
                Set<String> labelled = labels.getOrDefault(key, Set.of());
                Set<String> dead = reasons.getOrDefault(key, Set.of());
                Set<String> wanted = expected.reason() == null ? Set.of() : Set.of(expected.reason());
                if (!dead.equals(wanted)) {
                    found.add(key + ": dead letters " + dead + ", should be " + wanted);
                }
                Integer image = expected.image();
                if (image == null) {
                    if (!labelled.isEmpty()) {
                        found.add(key + ": filed under " + labelled + ", should be a dead letter");
                    }
                } else if (labelled.size() != 1 || !uploads.labels(image).containsAll(labelled)) {
                    found.add(key + ": filed under " + labelled + ", should be one of " + uploads.labels(image));
                } else {
                    String copy = labelled.iterator().next() + "/" + key;
                    if (!Arrays.equals(stack.s3.bytes(stack.output, copy), Mnist.png(image))) {
                        found.add(key + ": its copy has other bytes");
                    } else if (!Provenance.namesSource(
                            stack.s3.userMetadata(stack.output, copy), eTag(Mnist.png(image)))) {
                        found.add(key + ": its copy tells of another object");
                    }
                }
            });
            labels.keySet().stream()
                    .filter(key -> !uploads.expected().containsKey(key))
                    .forEach(key -> found.add(key + ": filed, but never uploaded"));
            reasons.keySet().stream()
                    .filter(key -> !uploads.expected().containsKey(key))
                    .forEach(key -> found.add(key + ": dead letter of what was never uploaded"));
            problems.addAll(shortened(found));
        }
    }
}
