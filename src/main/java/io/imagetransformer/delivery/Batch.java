package io.imagetransformer.delivery;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import io.imagetransformer.event.Decoded;
import io.imagetransformer.event.IgnoredReason;
import io.imagetransformer.event.ObjectRef;

/**
 * The unit of work: what one Kafka poll brought, or one HTTP request carried.
 *
 * <p>Of several events of one key only the newest is worked on; the others end as superseded, because the copies of both
 * would lie under one key. The newest is the one with the higher sequencer, else the later one in the batch.
 */
public final class Batch {
    private final List<Entry> entries;
    private final BatchLimits limits;
    private final long deadline;
    private @Nullable String waitingFor;

    /** One record with what its event turned out to be; {@code record} is null over HTTP. */
    private record Entry(@Nullable SourceRecord record, List<Decoded> decoded, List<Upload> uploads) {
        boolean isFinished() {
            return uploads.stream().noneMatch(Upload::isPending);
        }
    }

    /**
     * @param deadline up to when infrastructure is waited for, as {@link System#nanoTime()}
     * @param decode record to outcomes
     */
    public Batch(
            List<SourceRecord> records,
            Function<SourceRecord, List<Decoded>> decode,
            BatchLimits limits,
            long deadline) {
        this.limits = limits;
        this.deadline = deadline;
        entries = new ArrayList<>(records.size());
        for (SourceRecord record : records) {
            List<Decoded> decoded = decode.apply(record);
            entries.add(new Entry(record, decoded, uploads(decoded)));
        }
        supersede();
    }

    private List<Upload> uploads(List<Decoded> decoded) {
        return decoded.stream()
                .filter(Decoded.Created.class::isInstance)
                .map(created -> new Upload((Decoded.Created) created, limits.unknownSize()))
                .toList();
    }

    private void supersede() {
        Map<List<String>, Upload> newest = new HashMap<>();
        getUploads().forEach(upload -> {
            ObjectRef object = upload.object();
            Upload other = newest.putIfAbsent(List.of(object.bucket(), object.key()), upload);
            if (other == null) {
                return;
            }
            Upload older = other.object().isNewerThan(object) ? upload : other;
            if (older == other) {
                newest.put(List.of(object.bucket(), object.key()), upload);
            }
            older.end(new Outcome.Ignored(IgnoredReason.SUPERSEDED.code(), "a newer event of its key is in the batch"));
        });
    }

    public Stream<Upload> getUploads() {
        return entries.stream().flatMap(entry -> entry.uploads().stream());
    }

    /** All that was decoded, in order. */
    public Stream<Decoded> decoded() {
        return entries.stream().flatMap(entry -> entry.decoded().stream());
    }

    /** Whether infrastructure may be waited for still. */
    public boolean hasTime() {
        return System.nanoTime() - deadline < 0;
    }

    /** Whether a call may be begun still: past the time for waiting, what does not fail is finished. */
    public boolean hasTime(Duration longer) {
        return System.nanoTime() - deadline < longer.toNanos();
    }

    /** Remembers what the first upload that was left pending waits for. */
    public void waitsFor(String message) {
        if (waitingFor == null) {
            waitingFor = message;
        }
    }

    /**
     * The pending uploads, a chunk at a time; ends early when the time is up. What a chunk leaves pending because it is
     * larger than its event told comes again in a later chunk.
     *
     * <p>Camel's split asks whether there is more before the chunk in hand is worked, so before anybody knows what that
     * one leaves over: the answer is yes then, and the last chunk may be empty.
     */
    public Iterator<Chunk> getChunks() {
        Deque<Upload> queue =
                new ArrayDeque<>(getUploads().filter(Upload::isPending).toList());
        return new Iterator<>() {
            private final Map<Upload, Long> inHand = new LinkedHashMap<>();

            @Override
            public boolean hasNext() {
                return mayGoOn()
                        && (!queue.isEmpty() || inHand.keySet().stream().anyMatch(Upload::isPending));
            }

            @Override
            public Chunk next() {
                if (queue.isEmpty() && inHand.isEmpty()) {
                    throw new NoSuchElementException();
                }
                requeueWhatTurnedOutLarger();
                if (mayGoOn()) {
                    takeAsManyAsFit();
                }
                return new Chunk(List.copyOf(inHand.keySet()));
            }

            private boolean mayGoOn() {
                return waitingFor == null && hasTime();
            }

            private void requeueWhatTurnedOutLarger() {
                inHand.forEach((upload, reckoned) -> {
                    upload.release();
                    if (upload.isPending() && upload.bytes() > reckoned) {
                        queue.add(upload);
                    }
                });
                inHand.clear();
            }

            private void takeAsManyAsFit() {
                long bytes = 0;
                while (!queue.isEmpty() && inHand.size() < limits.maxImages()) {
                    bytes += queue.peek().bytes() + limits.bytesPerTensor();
                    if (!inHand.isEmpty() && bytes > limits.maxBytes()) {
                        break;
                    }
                    Upload upload = queue.remove();
                    inHand.put(upload, upload.bytes());
                }
            }
        };
    }

    /** Whether some upload has no outcome yet. */
    public boolean isUnfinished() {
        return !entries.stream().allMatch(Entry::isFinished);
    }

    /** What the pending uploads wait for; for a person. */
    public String waitingFor() {
        return Optional.ofNullable(waitingFor).orElse("the rest of a large batch");
    }

    /** A dead letter for each finished record of which an object failed or that is malformed. */
    public List<DeadLetter> getDeadLetters() {
        return entries.stream()
                .filter(Entry::isFinished)
                .map(entry -> new DeadLetter(entry.record(), causes(entry)))
                .filter(letter -> !letter.causes().isEmpty())
                .toList();
    }

    private static List<DeadLetter.Cause> causes(Entry entry) {
        List<DeadLetter.Cause> causes = new ArrayList<>();
        for (Decoded decoded : entry.decoded()) {
            if (decoded instanceof Decoded.Malformed malformed) {
                causes.add(new DeadLetter.Cause("decode", malformed.reason().code(), malformed.detail(), null, null));
            }
        }
        for (Upload upload : entry.uploads()) {
            if (upload.outcome() instanceof Outcome.Failed failed) {
                causes.add(new DeadLetter.Cause(
                        failed.stage(),
                        failed.reason(),
                        failed.message(),
                        upload.object().bucket(),
                        upload.object().key()));
            }
        }
        return causes;
    }

    /** Per partition the last record up to which, from the batch's first on, all have an outcome. */
    public Collection<SourceRecord> committable() {
        Map<List<Object>, SourceRecord> last = new LinkedHashMap<>();
        Map<List<Object>, Boolean> open = new HashMap<>();
        for (Entry entry : entries) {
            SourceRecord record = entry.record();
            if (record == null) {
                continue;
            }
            List<Object> partition = List.of(record.topic(), record.partition());
            if (open.computeIfAbsent(partition, p -> true) && entry.isFinished()) {
                last.put(partition, record);
            } else {
                open.put(partition, false);
            }
        }
        return last.values();
    }
}
