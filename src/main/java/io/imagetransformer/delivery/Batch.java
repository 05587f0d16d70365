package io.imagetransformer.delivery;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import io.imagetransformer.event.Decoded;
import io.imagetransformer.event.IgnoredReason;
import io.imagetransformer.event.ObjectRef;
import io.imagetransformer.image.Tensor;

/**
 * The unit of work: what one Kafka poll brought, or one HTTP request carried.
 *
 * <p>Of several events of one key only the newest is worked on, by their sequencers; the others, and repeats, end as
 * superseded, because all copies would lie under one key. Where the sequencers do not tell which is newer, both are
 * worked on, in the batch's order, never in one chunk.
 */
public final class Batch {
    /** Fewer uploads for a call of the predictor cost more than a second lane brings. */
    private static final int WORTH_A_LANE = 16;

    private final List<Entry> entries;
    private final BatchLimits limits;
    private final Map<String, String> forwardedHeaders;
    private final long deadline;
    private volatile @Nullable String trouble;
    private volatile boolean stopped;

    /** One record with what its event turned out to be; {@code record} is null over HTTP. */
    private record Entry(@Nullable SourceRecord record, List<Decoded> decoded, List<Upload> uploads) {
        boolean isFinished() {
            return uploads.stream().noneMatch(Upload::isPending);
        }
    }

    /**
     * @param records in the order of their offsets within each partition
     * @param decode record to what it turned out to be; throws nothing
     * @param deadline up to when infrastructure is waited for, as {@link System#nanoTime()}
     */
    public Batch(
            List<SourceRecord> records,
            Function<SourceRecord, List<Decoded>> decode,
            BatchLimits limits,
            long deadline) {
        this.limits = limits;
        this.forwardedHeaders = Map.of();
        this.deadline = deadline;
        entries = new ArrayList<>(records.size());
        Set<List<Object>> seen = new HashSet<>();
        for (SourceRecord record : records) {
            // camel-kafka keeps what it polled before a rebalance, which brings it again.
            if (seen.add(List.of(record.topic(), record.partition(), record.offset()))) {
                List<Decoded> decoded = decode.apply(record);
                entries.add(new Entry(record, decoded, uploads(decoded)));
            }
        }
        supersede();
    }

    /**
     * What one HTTP request told of.
     *
     * @param decoded what its events turned out to be
     * @param forwardedHeaders see {@link Chunk#forwardedHeaders()}; immutable
     */
    public Batch(List<Decoded> decoded, Map<String, String> forwardedHeaders, BatchLimits limits, long deadline) {
        this.limits = limits;
        this.forwardedHeaders = forwardedHeaders;
        this.deadline = deadline;
        entries = List.of(new Entry(null, decoded, uploads(decoded)));
        supersede();
    }

    /**
     * A picture that came in an HTTP request: there is nothing to fetch.
     *
     * @param object what it is to be filed as, or, where it is not filed, its name for logs
     * @param filed whether it is filed; if not, it ends as skipped once it is predicted
     */
    public Batch(
            ObjectRef object,
            boolean filed,
            FetchedObject picture,
            Tensor tensor,
            Map<String, String> forwardedHeaders,
            BatchLimits limits,
            long deadline) {
        this.limits = limits;
        this.forwardedHeaders = forwardedHeaders;
        this.deadline = deadline;
        Decoded.Created created = new Decoded.Created(object, Map.of());
        Upload upload = new Upload(created, picture, tensor, filed);
        entries = List.of(new Entry(null, List.of(created), List.of(upload)));
    }

    private List<Upload> uploads(List<Decoded> decoded) {
        return decoded.stream()
                .filter(Decoded.Created.class::isInstance)
                .map(created -> new Upload((Decoded.Created) created, limits.unknownSize()))
                .toList();
    }

    private void supersede() {
        Map<List<String>, List<Upload>> worked = new HashMap<>();
        getUploads().forEach(upload -> {
            ObjectRef object = upload.object();
            List<Upload> others = worked.computeIfAbsent(key(upload), key -> new ArrayList<>());
            if (others.stream().anyMatch(other -> other.object().isNewerThan(object))) {
                supersede(upload);
                return;
            }
            others.removeIf(other -> {
                boolean older = object.isNewerThan(other.object()) || isSameEvent(object, other.object());
                if (older) {
                    supersede(other);
                }
                return older;
            });
            others.add(upload);
        });
    }

    static List<String> key(Upload upload) {
        return List.of(upload.object().bucket(), upload.object().key());
    }

    private static void supersede(Upload upload) {
        upload.end(new Outcome.Ignored(
                IgnoredReason.SUPERSEDED.code(), "a newer event of its key, or the same again, is in the batch"));
    }

    private static boolean isSameEvent(ObjectRef one, ObjectRef other) {
        return Objects.equals(one.versionId(), other.versionId())
                && Objects.equals(one.eTag(), other.eTag())
                && Objects.equals(one.sequencer(), other.sequencer());
    }

    /** The uploads that its records told of, the superseded ones too, in the order of the records. */
    public Stream<Upload> getUploads() {
        return entries.stream().flatMap(entry -> entry.uploads().stream());
    }

    /** All that was decoded, in order. */
    public Stream<Decoded> decoded() {
        return entries.stream().flatMap(entry -> entry.decoded().stream());
    }

    /** Whether infrastructure may be waited for still. */
    public boolean hasTime() {
        return millisLeft() > 0;
    }

    /** For so long infrastructure may be waited for still, in milliseconds; 0 or less where the time is up. */
    public long millisLeft() {
        return Duration.ofNanos(deadline - System.nanoTime()).toMillis();
    }

    /** Whether it may be waited so long; not only begun to wait. */
    public boolean hasTimeFor(Duration wait) {
        return millisLeft() > wait.toMillis();
    }

    /**
     * Remembers why an upload was left pending.
     *
     * @param message one line for a person
     */
    public void isTroubledBy(String message) {
        trouble = message;
    }

    /** No further chunk or call is begun: what is pending is given back. */
    public void stop() {
        stopped = true;
    }

    public boolean isStopped() {
        return stopped;
    }

    /** See {@link Chunk#forwardedHeaders()}. */
    Map<String, String> forwardedHeaders() {
        return forwardedHeaders;
    }

    /** Whether a further chunk or call may be begun. */
    public boolean mayGoOn() {
        return !stopped && hasTime();
    }

    /**
     * The pending uploads, divided among lanes that are worked side by side, so that one waits for the predictor while
     * another waits for the store. Uploads of one key share a lane; few uploads share one call of the predictor.
     */
    public List<Lane> getLanes() {
        List<Upload> pending = getUploads().filter(Upload::isPending).toList();
        int lanes = Math.min(limits.lanes(), 1 + pending.size() / WORTH_A_LANE);
        Map<List<String>, Integer> laneOfKey = new HashMap<>();
        List<List<Upload>> uploads = Stream.generate(() -> (List<Upload>) new ArrayList<Upload>())
                .limit(lanes)
                .toList();
        for (int i = 0; i < pending.size(); i++) {
            int next = i * lanes / pending.size();
            Upload upload = pending.get(i);
            uploads.get(laneOfKey.computeIfAbsent(key(upload), key -> next)).add(upload);
        }
        return uploads.stream()
                .map(each -> new Lane(this, each, limits, limits.maxBytes() / lanes))
                .toList();
    }

    /** Whether some upload has no outcome yet. */
    public boolean isUnfinished() {
        return !entries.stream().allMatch(Entry::isFinished);
    }

    /** What the pending uploads wait for; for a person. */
    public String waitingFor() {
        return Optional.ofNullable(trouble).orElse(stopped ? "the work was stopped" : "the rest of a large batch");
    }

    /**
     * A dead letter for each record of which an object failed or that is malformed. One that is not settled has none yet: it
     * comes again, and is told of once, with all its causes.
     */
    public List<DeadLetter> getDeadLetters() {
        return settled()
                .map(entry -> new DeadLetter(entry.record(), causes(entry)))
                .filter(letter -> !letter.causes().isEmpty())
                .toList();
    }

    /** The uploads of settled records, as {@link #settledDecoded}. */
    public Stream<Upload> settledUploads() {
        return settled().flatMap(entry -> entry.uploads().stream());
    }

    /** What settled records turned out to be: whatever else is finished comes again, and would be told of twice. */
    public Stream<Decoded> settledDecoded() {
        return settled().flatMap(entry -> entry.decoded().stream());
    }

    /** What is, or may be, committed: finished, as is all before it in its partition. */
    private Stream<Entry> settled() {
        Map<List<Object>, Long> firstUnfinished = new HashMap<>();
        for (Entry entry : entries) {
            if (entry.record() != null && !entry.isFinished()) {
                firstUnfinished.merge(partition(entry.record()), entry.record().offset(), Math::min);
            }
        }
        return entries.stream()
                .filter(entry -> entry.record() == null
                        ? entry.isFinished()
                        : entry.record().offset()
                                < firstUnfinished.getOrDefault(partition(entry.record()), Long.MAX_VALUE));
    }

    private static List<Object> partition(SourceRecord record) {
        return List.of(record.topic(), record.partition());
    }

    /** The first record that is not finished, of the partition that comes first in the batch. */
    public Optional<SourceRecord> firstUnfinished() {
        return entries.stream()
                .filter(entry -> entry.record() != null && !entry.isFinished())
                .map(Entry::record)
                .findFirst();
    }

    private static List<DeadLetter.Cause> causes(Entry entry) {
        List<DeadLetter.Cause> causes = new ArrayList<>();
        for (Decoded decoded : entry.decoded()) {
            if (decoded instanceof Decoded.Malformed malformed) {
                causes.add(
                        new DeadLetter.Cause("decode", malformed.reason().code(), malformed.detail(), 1, null, null));
            }
        }
        for (Upload upload : entry.uploads()) {
            if (upload.outcome() instanceof Outcome.Failed failed) {
                causes.add(new DeadLetter.Cause(
                        failed.stage(),
                        failed.reason(),
                        failed.message(),
                        upload.attempts(),
                        upload.object().bucket(),
                        upload.object().key()));
            }
        }
        return causes;
    }

    /** Per partition the last record up to which all have an outcome. */
    public Collection<SourceRecord> committable() {
        return settled()
                .map(Entry::record)
                .filter(Objects::nonNull)
                .collect(Collectors.toMap(
                        Batch::partition,
                        record -> record,
                        BinaryOperator.maxBy(Comparator.comparingLong(SourceRecord::offset)),
                        LinkedHashMap::new))
                .values();
    }
}
