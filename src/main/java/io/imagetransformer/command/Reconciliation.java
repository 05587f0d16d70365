package io.imagetransformer.command;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Object;

import io.imagetransformer.TransientFailure;
import io.imagetransformer.config.Settings;
import io.imagetransformer.delivery.DeadLetter;
import io.imagetransformer.event.Decoded;
import io.imagetransformer.event.DecoderLimits;
import io.imagetransformer.event.EventDecoder;
import io.imagetransformer.event.IncomingEvent;
import io.imagetransformer.event.Printable;
import io.imagetransformer.event.SourcePolicy;
import io.imagetransformer.storage.CopyListing;
import io.imagetransformer.storage.KeyLayout;
import io.imagetransformer.storage.ObjectListing;
import io.imagetransformer.storage.ObjectMissing;
import io.imagetransformer.storage.Provenance;
import io.imagetransformer.storage.S3Clients;

/**
 * One walk over a source bucket, in the order of its keys, beside the listings of the output buckets. Decision 0009 says
 * what an outcome is, and why in doubt an object is handed over.
 */
final class Reconciliation {
    /** Handed over together: then it is acknowledged, remembered, and the pipeline's lag is looked at again. */
    private static final int SLICE = 100;

    private static final Duration LONGEST_OUTAGE = Duration.ofMinutes(2);
    private static final long FIRST_PAUSE_MILLIS = 250;
    private static final long LONGEST_PAUSE_MILLIS = 5_000;
    private static final long LAG_PAUSE_MILLIS = 500;

    private final Parts parts;
    private final Settings settings;
    private final List<String> outputs;
    private final boolean deadLettersCount;
    private final Rate rate;
    private final long maxLag;
    private final PrintWriter out;
    private final PrintWriter err;
    private final EventDecoder decoder = new EventDecoder(DecoderLimits.defaults());
    private final SourcePolicy policy;

    /**
     * @param alsoIn further buckets with copies
     * @param deadLettersCount whether a dead letter is an outcome
     * @param maxLag the pipeline's, above which it is waited for
     */
    Reconciliation(
            Parts parts,
            List<String> alsoIn,
            boolean deadLettersCount,
            Rate rate,
            long maxLag,
            PrintWriter out,
            PrintWriter err) {
        this.parts = parts;
        this.settings = parts.settings();
        this.deadLettersCount = deadLettersCount;
        this.rate = rate;
        this.maxLag = maxLag;
        this.out = out;
        this.err = err;
        Set<String> buckets = new LinkedHashSet<>();
        buckets.add(settings.output().bucket());
        if (settings.review().below() > 0) {
            buckets.add(settings.review().bucket());
        }
        buckets.addAll(alsoIn);
        outputs = List.copyOf(buckets);
        policy = new SourcePolicy(settings.source().buckets(), settings.outputBuckets());
    }

    /** An object without an outcome, as its event tells of it. */
    private record Candidate(S3Object object, byte @Nullable [] event) {}

    /**
     * @param begin where to begin
     * @param remember called when all up to a key is done and acknowledged
     * @throws CommandFailure where the bucket may not be read, or the copies cannot be listed
     */
    ReconcileCounts run(ReconcileState begin, boolean dryRun, Consumer<ReconcileState> remember)
            throws InterruptedException {
        String bucket = begin.bucket();
        requireSource(bucket);
        KeyLayout.Order order = new KeyLayout(settings.output().keyLayout())
                .order(bucket)
                .orElseThrow(() ->
                        new CommandFailure("output.key=" + settings.output().keyLayout()
                                + ": copies under such keys cannot be found by their source; reconcile needs {key} at the end,"
                                + " and a slash between {label} and {key}"));
        Map<String, Instant> deadLetters = deadLettersCount ? deadLetters(bucket, begin.prefix()) : Map.of();
        ExecutorService workers = Executors.newFixedThreadPool(settings.batch().parallelism(), task -> {
            Thread thread = new Thread(task, "reconcile");
            thread.setDaemon(true);
            return thread;
        });
        try (EventsTopic events =
                        new EventsTopic(parts.kafka(), settings.events().topic());
                GroupLag lag = new GroupLag(parts.kafka(), settings.events());
                Progress progress = new Progress(err, parts.terminal())) {
            List<CopyListing> copies = patiently(() -> outputs.stream()
                    .map(output -> new CopyListing(parts.outputS3(), output, order, begin.prefix(), begin.lastKey()))
                    .toList());
            CompletableFuture<Long> total = CompletableFuture.supplyAsync(() -> count(begin), workers);
            Walk walk = new Walk(begin, dryRun, copies, deadLetters, workers, events, lag, progress, total, remember);
            return walk.run();
        } finally {
            workers.shutdownNow();
        }
    }

    private void requireSource(String bucket) {
        byte[] any = UploadEvent.of(bucket, "any", null, "any", 1, Instant.EPOCH);
        if (verdict(any) instanceof Decoded.Created) {
            return;
        }
        throw new CommandFailure("bucket " + bucket + " is no source: the pipeline would ignore its objects; --bucket"
                + " names one of source.buckets="
                + String.join(",", settings.source().buckets())
                + (settings.outputBuckets().contains(bucket) ? ", and never a bucket that we file in" : ""));
    }

    private Decoded verdict(byte[] event) {
        return policy.apply(decoder.decode(new IncomingEvent(Map.of(), event)).get(0));
    }

    /** By key, the time of the newest. */
    private Map<String, Instant> deadLetters(String bucket, String prefix) {
        Map<String, Instant> newest = new HashMap<>();
        try (TopicReader reader =
                        new TopicReader(parts.kafka(), settings.deadLetter().topic());
                Progress progress = new Progress(err, parts.terminal())) {
            long[] read = new long[1];
            reader.forEach(record -> {
                progress.at(++read[0], 0, reader.size(), "dead letters");
                StoredDeadLetter letter = new StoredDeadLetter(record);
                for (DeadLetter.Cause cause : letter.causes()) {
                    String key = cause.key();
                    if (bucket.equals(cause.bucket()) && key != null && key.startsWith(prefix)) {
                        newest.merge(key, letter.time(), (one, other) -> one.isAfter(other) ? one : other);
                    }
                }
                return true;
            });
        } catch (NoSuchTopic e) {
            return Map.of();
        }
        return newest;
    }

    /** All objects of the walk, those that were looked at before included; for the bar alone. */
    private long count(ReconcileState begin) {
        ObjectListing listing = new ObjectListing(parts.sourceS3(), begin.bucket(), begin.prefix(), begin.lastKey());
        long count = begin.counts().lookedAt();
        while (patiently(listing::hasNext)) {
            listing.next();
            count++;
        }
        return count;
    }

    /** Repeats a call that fails for a hiccup of the store or of Kafka. */
    private static <T> T patiently(Supplier<T> call) {
        long deadline = System.nanoTime() + LONGEST_OUTAGE.toNanos();
        for (long pause = FIRST_PAUSE_MILLIS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS)) {
            try {
                return call.get();
            } catch (ObjectMissing e) {
                throw e;
            } catch (TransientFailure e) {
                if (S3Clients.isNoSuchBucket(e.getCause())) {
                    throw new CommandFailure(e.getMessage() + ": look at the bucket's name");
                }
                Optional<String> refused = S3Clients.refusedCredentials(e.getCause());
                if (refused.isPresent()) {
                    throw new CommandFailure(refused.get());
                }
                if (System.nanoTime() - deadline > 0) {
                    throw new CommandFailure(e.getMessage() + ": given up after " + LONGEST_OUTAGE.toMinutes()
                            + " minutes; run it again: where --state names a file, it goes on here");
                }
                pause(pause);
            }
        }
    }

    private static void pause(long millis) {
        try {
            TimeUnit.MILLISECONDS.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailure("interrupted");
        }
    }

    /** The walk itself. */
    private final class Walk {
        private final ReconcileState begin;
        private final @Nullable Instant since;
        private final Instant until;
        private final boolean dryRun;
        private final List<CopyListing> copies;
        private final Map<String, Instant> deadLetters;
        private final ExecutorService workers;
        private final EventsTopic events;
        private final GroupLag lag;
        private final Progress progress;
        private final CompletableFuture<Long> total;
        private final Consumer<ReconcileState> remember;
        private final List<S3Object> slice = new ArrayList<>();
        private ReconcileCounts counts;

        Walk(
                ReconcileState begin,
                boolean dryRun,
                List<CopyListing> copies,
                Map<String, Instant> deadLetters,
                ExecutorService workers,
                EventsTopic events,
                GroupLag lag,
                Progress progress,
                CompletableFuture<Long> total,
                Consumer<ReconcileState> remember) {
            this.begin = begin;
            this.since = begin.since() == null ? null : Instant.parse(begin.since());
            this.until = Instant.parse(begin.until());
            this.dryRun = dryRun;
            this.copies = copies;
            this.deadLetters = deadLetters;
            this.workers = workers;
            this.events = events;
            this.lag = lag;
            this.progress = progress;
            this.total = total;
            this.remember = remember;
            this.counts = begin.counts();
        }

        ReconcileCounts run() throws InterruptedException {
            ObjectListing listing =
                    new ObjectListing(parts.sourceS3(), begin.bucket(), begin.prefix(), begin.lastKey());
            long sinceRemembered = 0;
            while (patiently(listing::hasNext)) {
                S3Object object = listing.next();
                ReconcileCounts.End end = end(object);
                if (end == null) {
                    slice.add(object);
                } else {
                    counts = counts.plus(end);
                }
                sinceRemembered++;
                if (slice.size() == SLICE || sinceRemembered == 10L * SLICE) {
                    handOver();
                    remember.accept(state(object.key()));
                    sinceRemembered = 0;
                }
                tell("");
            }
            handOver();
            return counts;
        }

        private ReconcileState state(String lastKey) {
            return new ReconcileState(begin.bucket(), begin.prefix(), begin.since(), begin.until(), lastKey, counts);
        }

        private void tell(String what) {
            String handed = counts.handedOver() + (dryRun ? " would be handed over" : " handed over");
            progress.at(
                    counts.lookedAt(),
                    begin.counts().lookedAt(),
                    total.isDone() && !total.isCompletedExceptionally() ? total.join() : -1,
                    what.isEmpty() ? handed : handed + ", " + what);
        }

        /** Null where it has no outcome. */
        private ReconcileCounts.@Nullable End end(S3Object object) {
            Instant time = object.lastModified();
            // Each walks beside the sources, so each is asked about every one.
            List<CopyListing.Copy> found = patiently(() -> copies.stream()
                    .flatMap(listing -> listing.of(object.key()).stream())
                    .toList());
            if (since != null && time.isBefore(since) || !time.isBefore(until)) {
                return ReconcileCounts.End.OTHER_TIME;
            }
            Instant letter = deadLetters.get(object.key());
            if (letter != null && !letter.isBefore(time)) {
                return ReconcileCounts.End.DEAD_LETTERED;
            }
            return found.stream().anyMatch(copy -> isOf(object, copy)) ? ReconcileCounts.End.FILED : null;
        }

        /** A copy has its source's bytes; their ETags may still differ: of a multipart upload, of encrypted objects. */
        private boolean isOf(S3Object object, CopyListing.Copy copy) {
            if (object.size() != copy.size()) {
                return false;
            }
            String eTag = CopyListing.withoutQuotes(object.eTag());
            if (eTag.equals(copy.eTag())) {
                return true;
            }
            try {
                HeadObjectResponse head = patiently(() -> parts.outputS3()
                        .headObject(ask -> ask.bucket(copy.bucket()).key(copy.key())));
                return Provenance.namesSource(head.metadata(), eTag);
            } catch (ObjectMissing e) {
                return false;
            }
        }

        private void handOver() throws InterruptedException {
            if (slice.isEmpty()) {
                return;
            }
            List<CompletableFuture<Candidate>> asked = slice.stream()
                    .map(object -> CompletableFuture.supplyAsync(() -> candidate(object), workers))
                    .toList();
            if (!dryRun) {
                waitForThePipeline();
            }
            for (CompletableFuture<Candidate> future : asked) {
                Candidate candidate = join(future);
                byte[] event = candidate.event();
                if (event == null) {
                    counts = counts.plus(ReconcileCounts.End.NOT_FOR_US);
                    continue;
                }
                String name = begin.bucket() + "/" + candidate.object().key();
                if (dryRun) {
                    out.println(Printable.escaped(name));
                } else {
                    rate.await();
                    events.send(new ProducerRecord<>(
                            settings.events().topic(), name.getBytes(StandardCharsets.UTF_8), event));
                }
                counts = counts.plus(ReconcileCounts.End.HANDED_OVER);
                tell("");
            }
            events.flush();
            slice.clear();
        }

        private static Candidate join(CompletableFuture<Candidate> future) {
            try {
                return future.join();
            } catch (CompletionException e) {
                if (e.getCause() instanceof RuntimeException failure) {
                    throw failure;
                }
                throw e;
            }
        }

        /** Without an event where the pipeline would ignore it, or where it is gone. */
        private Candidate candidate(S3Object object) {
            try {
                HeadObjectResponse head = patiently(() -> parts.sourceS3()
                        .headObject(ask -> ask.bucket(begin.bucket()).key(object.key())));
                byte[] event = UploadEvent.of(
                        begin.bucket(),
                        object.key(),
                        head.versionId(),
                        CopyListing.withoutQuotes(head.eTag()),
                        head.contentLength(),
                        head.lastModified());
                boolean ours = Provenance.isIn(head.metadata());
                return new Candidate(object, ours || verdict(event) instanceof Decoded.Ignored ? null : event);
            } catch (ObjectMissing e) {
                return new Candidate(object, null);
            }
        }

        /** Live uploads come first: as long as many events wait for the pipeline, we add none. */
        private void waitForThePipeline() {
            long behind = patiently(lag::now);
            while (behind > maxLag) {
                tell("waiting: the pipeline has " + behind + " events before it (--max-lag " + maxLag
                        + "), by the commits of group " + lag.group() + " (events.group)");
                pause(LAG_PAUSE_MILLIS);
                behind = patiently(lag::now);
            }
        }
    }
}
