package io.imagetransformer.campaign;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;

import org.jspecify.annotations.Nullable;

import io.imagetransformer.pipeline.Stack;
import io.imagetransformer.sandbox.Mnist;

/**
 * Uploads with odd keys, one in sixteen of them poisonous, and what must become of each. They come by the store's back
 * door, so that a fault between program and store does not hold them up. What is drawn by lot is drawn from the seed.
 */
final class Uploads implements AutoCloseable {
    private static final String[] ODD = {
        "plain", "with space", "a+b", "100%25", "ünï/日本", "${x}", "a&b=c?d#e", "{label}"
    };

    /**
     * What has to become of an object.
     *
     * @param image which one it shows, to be filed; null where it must not be filed
     * @param reason of its dead letter; null where it must have none
     */
    record Expected(@Nullable Integer image, @Nullable String reason) {}

    private final Stack stack;
    private final Random random;
    private final Map<String, Expected> expected = new ConcurrentHashMap<>();
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "uploads");
        thread.setDaemon(true);
        return thread;
    });
    private IntFunction<Set<String>> labels = image -> Set.of(String.valueOf(Mnist.label(image)));
    private IntPredicate refused = image -> false;
    private int count;

    Uploads(Stack stack, Random random) {
        this.stack = stack;
        this.random = random;
    }

    /** From now on the predictor refuses such images, so they are dead letters. */
    void areRefused(IntPredicate images) {
        refused = images;
    }

    /** Under which labels an image may be filed; the reference's digit where this is not called. */
    void mayBeLabelled(IntFunction<Set<String>> newLabels) {
        labels = newLabels;
    }

    Set<String> labels(int image) {
        return labels.apply(image);
    }

    /** So many more, now. */
    Uploads add(int uploads) {
        for (int i = 0; i < uploads; i++) {
            next();
        }
        return this;
    }

    /** From now on so many per second, until {@link #close}. */
    void comeIn(int perSecond) {
        clock.scheduleAtFixedRate(this::next, 0, 1_000_000 / perSecond, TimeUnit.MICROSECONDS);
    }

    private synchronized void next() {
        String key = ODD[random.nextInt(ODD.length)] + "/" + count + ".png";
        int image = random.nextInt(Mnist.size());
        switch (count++ % 32) {
            case 7 -> bad(key, "no picture".getBytes(StandardCharsets.UTF_8), "not-an-image");
            case 23 -> bad(key, Arrays.copyOf(Mnist.png(image), 400), "truncated-image");
            default -> good(key, image);
        }
    }

    /** Uploads an image under a key, or replaces it. */
    void good(String key, int image) {
        expected.put(key, refused.test(image) ? new Expected(null, "predictor-refused") : new Expected(image, null));
        stack.s3.put(stack.source, key, Mnist.png(image));
    }

    /** Uploads what cannot be filed. */
    void bad(String key, byte[] content, String reason) {
        expected.put(key, new Expected(null, reason));
        stack.s3.put(stack.source, key, content);
    }

    /** A record that is no event. */
    void malformed(String key, String value) {
        expected.put(key, new Expected(null, "not-json"));
        stack.publish(stack.source + "/" + key, value);
    }

    /** Deletes an object that was uploaded; whoever comes for it finds nothing. */
    void delete(String key) {
        expected.put(key, new Expected(null, "object-missing"));
        stack.s3.delete(stack.source, key);
    }

    /** By key. */
    Map<String, Expected> expected() {
        return expected;
    }

    int total() {
        return expected.size();
    }

    /** No more come in. */
    @Override
    public void close() {
        clock.shutdown();
        try {
            clock.awaitTermination(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
