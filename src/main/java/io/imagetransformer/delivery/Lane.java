package io.imagetransformer.delivery;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;

/** A part of a batch that is worked one chunk after the other. */
public final class Lane {
    private final Batch batch;
    private final Collection<Upload> uploads;
    private final BatchLimits limits;
    private final long maxBytes;

    /** @param maxBytes its share of what the batch may have in memory */
    Lane(Batch batch, Collection<Upload> uploads, BatchLimits limits, long maxBytes) {
        this.batch = batch;
        this.uploads = uploads;
        this.limits = limits;
        this.maxBytes = maxBytes;
    }

    /**
     * The uploads, a chunk at a time; ends early when the time is up. What a chunk leaves pending for the time being
     * ({@link Upload#comesAgain}: it is larger than its event told, or cannot be had just now) comes again in a later
     * chunk.
     *
     * <p>Camel's split asks whether there is more before the chunk in hand is worked, so before anybody knows what that
     * one leaves over: the answer is yes then, and the last chunk may be empty.
     */
    public Iterator<Chunk> getChunks() {
        Deque<Upload> queue = new ArrayDeque<>(uploads);
        return new Iterator<>() {
            private final List<Upload> inHand = new ArrayList<>();

            @Override
            public boolean hasNext() {
                return batch.mayGoOn() && (!queue.isEmpty() || inHand.stream().anyMatch(Upload::isPending));
            }

            @Override
            public Chunk next() {
                if (queue.isEmpty() && inHand.isEmpty()) {
                    throw new NoSuchElementException();
                }
                requeueWhatComesAgain();
                if (batch.mayGoOn()) {
                    takeAsManyAsFit();
                }
                return new Chunk(inHand, batch.forwardedHeaders());
            }

            private void requeueWhatComesAgain() {
                for (Upload upload : inHand) {
                    if (upload.isPending() && upload.comesAgain()) {
                        upload.restart();
                        queue.add(upload);
                    } else {
                        upload.release();
                    }
                }
                inHand.clear();
            }

            private void takeAsManyAsFit() {
                long bytes = 0;
                Set<List<String>> keys = new HashSet<>();
                while (!queue.isEmpty() && inHand.size() < limits.maxImages()) {
                    Upload next = queue.element();
                    bytes += next.bytes() + limits.bytesPerTensor();
                    boolean keyInHand = !keys.add(Batch.key(next));
                    if (keyInHand || !inHand.isEmpty() && bytes > maxBytes) {
                        break;
                    }
                    inHand.add(queue.remove());
                }
            }
        };
    }
}
