package io.imagetransformer.delivery;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.imagetransformer.predictor.Answer;

/**
 * Requests that come at one time share a call of the predictor: the first that arrives waits a little, calls for all that
 * arrived meanwhile, and the others wait for it. Predictions are written to each request's own uploads, so none can reach
 * another request. Why it is as it is: {@code docs/decisions/0011-shared-calls.md}. Safe for any number of threads.
 */
public final class SharedCalls {
    private static final Logger LOGGER = LoggerFactory.getLogger(SharedCalls.class);

    private final long waitNanos;
    private final long mostInstances;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Object, Group> groups = new HashMap<>();
    private volatile boolean off;

    /**
     * @param wait how long the first waits for others, at most; 0: each request calls for itself
     * @param limits of one call: images, and the bytes of their tensors
     */
    public SharedCalls(Duration wait, BatchLimits limits) {
        this.waitNanos = wait.toNanos();
        this.mostInstances = Math.min(limits.maxImages(), limits.maxBytes() / Math.max(1, limits.bytesPerTensor()));
        this.off = wait.isZero();
    }

    /**
     * A request came: whoever arrives at the predictor before it may wait for it.
     *
     * @param kind only requests of equal kinds share a call
     */
    public Caller comes(Object kind) {
        lock.lock();
        try {
            Group group = groups.computeIfAbsent(kind, Group::new);
            group.requests++;
            group.unanswered++;
            return new Caller(group);
        } finally {
            lock.unlock();
        }
    }

    /** Requests of one kind that are in work; guarded by the lock. */
    private static final class Group {
        private final Object kind;
        private int requests;
        /** Of these requests, those that are on their way to the predictor, or wait for its answer: they are waited for. */
        private int unanswered;

        /** That one which others may join. */
        private @Nullable Gathering open;

        Group(Object kind) {
            this.kind = kind;
        }
    }

    /** One request. */
    public final class Caller implements AutoCloseable {
        private final Group group;
        private boolean answered;
        private volatile boolean alone;

        private Caller(Group group) {
            this.group = group;
        }

        /**
         * Shows a chunk to the predictor together with those of other requests, where there are any. What has no
         * prediction afterwards is to be asked about as if this had not been called: nobody else came, or the call for
         * all was refused. A request whose shared call did not bring everything shares none again, so that no other can
         * hurt it twice.
         *
         * @param call shows the predictor a chunk of several requests' uploads; called by one of them, for all
         * @throws RuntimeException what the call threw, to each of them
         */
        public void ask(Chunk own, Consumer<Chunk> call) throws InterruptedException {
            List<Upload> uploads = own.getToPredict();
            if (alone || off || uploads.isEmpty()) {
                return;
            }
            Gathering gathering;
            boolean first;
            lock.lock();
            try {
                Gathering open = group.open;
                if (open != null && !open.hasRoomFor(uploads)) {
                    open.close();
                }
                first = group.open == null;
                gathering = first ? new Gathering(group, own.forwardedHeaders()) : group.open;
                gathering.add(this, uploads);
            } finally {
                lock.unlock();
            }
            if (first) {
                gathering.lead(call);
            } else {
                gathering.follow();
            }
        }

        private void answered() {
            if (!answered) {
                answered = true;
                group.unanswered--;
                if (group.open != null) {
                    group.open.changed.signal();
                }
            }
        }

        /** The request is done, wherever it ended. */
        @Override
        public void close() {
            lock.lock();
            try {
                answered();
                group.requests--;
                if (group.requests == 0) {
                    groups.remove(group.kind);
                }
            } finally {
                lock.unlock();
            }
        }
    }

    /** Those who share one call. The first of them calls. */
    private final class Gathering {
        private final Group group;
        private final Map<String, String> forwardedHeaders;
        private final Condition changed = lock.newCondition();
        private final CountDownLatch over = new CountDownLatch(1);
        private final List<Caller> callers = new ArrayList<>();
        private final List<Upload> uploads = new ArrayList<>();
        private @Nullable RuntimeException failure;

        Gathering(Group group, Map<String, String> forwardedHeaders) {
            this.group = group;
            this.forwardedHeaders = forwardedHeaders;
            group.open = this;
        }

        boolean hasRoomFor(List<Upload> more) {
            return uploads.size() + more.size() <= mostInstances;
        }

        void add(Caller caller, List<Upload> more) {
            callers.add(caller);
            uploads.addAll(more);
            changed.signal();
            if (uploads.size() >= mostInstances) {
                close();
            }
        }

        /** Nobody joins any more, and the first goes. */
        private void close() {
            if (group.open == this) {
                group.open = null;
                changed.signal();
            }
        }

        void lead(Consumer<Chunk> call) throws InterruptedException {
            try {
                awaitOthers();
                if (callers.size() > 1) {
                    call(call);
                } else {
                    goesAlone(callers.get(0));
                }
            } finally {
                over.countDown();
            }
            rethrow();
        }

        /** Until it is full, the time is up, or no other request is in work that could come. */
        private void awaitOthers() throws InterruptedException {
            lock.lock();
            try {
                long left = waitNanos;
                while (group.open == this && group.unanswered > callers.size() && left > 0) {
                    left = changed.awaitNanos(left);
                }
            } finally {
                close();
                lock.unlock();
            }
        }

        /** Nobody is to wait for it from now on. */
        private void goesAlone(Caller caller) {
            lock.lock();
            try {
                caller.answered();
            } finally {
                lock.unlock();
            }
        }

        private void call(Consumer<Chunk> call) {
            Chunk together = new Together(uploads, forwardedHeaders);
            try {
                call.accept(together);
            } catch (RuntimeException e) {
                failure = e;
            }
            boolean broughtAll = together.getToPredict().isEmpty();
            lock.lock();
            try {
                for (Caller caller : callers) {
                    caller.alone |= !broughtAll;
                    caller.answered();
                }
            } finally {
                lock.unlock();
            }
        }

        void follow() throws InterruptedException {
            over.await();
            rethrow();
        }

        private void rethrow() {
            if (failure != null) {
                throw failure;
            }
        }
    }

    /** Uploads of several requests. */
    private final class Together extends Chunk {
        Together(List<Upload> uploads, Map<String, String> forwardedHeaders) {
            super(uploads, forwardedHeaders);
        }

        /** A list or object that comes with all predictions would tell each request of the others. */
        @Override
        public void accept(Answer.Predictions answer) {
            if (answer.isDivisible()) {
                super.accept(answer);
            } else if (!off) {
                off = true;
                LOGGER.warn(
                        "the predictor answers with lists or objects besides its predictions, which cannot be divided"
                                + " among requests: from now on each request makes its own call, as with http.batch-wait=0ms");
            }
        }
    }
}
