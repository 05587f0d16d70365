package io.imagetransformer.image;

import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

/**
 * What all pictures that are decoded at the same moment may hold together: {@code image.max-pixels}, the same as one alone.
 * So native memory does not grow with the number of threads; a large picture waits until others have made room, and in the
 * order of arrival, so that small ones do not keep it waiting for ever.
 */
final class PixelBudget {
    private static final int PIXELS_PER_SHARE = 1024;

    private final Semaphore shares;

    PixelBudget(long maxPixels) {
        this.shares = new Semaphore(shares(maxPixels), true);
    }

    /** @param pixels of this picture, not above the budget */
    <T> T spend(long pixels, Supplier<T> decode) {
        int share = shares(pixels);
        // Not to be interrupted: what is waited for takes seconds at most, and a half-done transform has no result.
        shares.acquireUninterruptibly(share);
        try {
            return decode.get();
        } finally {
            shares.release(share);
        }
    }

    private static int shares(long pixels) {
        return Math.toIntExact((pixels + PIXELS_PER_SHARE - 1) / PIXELS_PER_SHARE);
    }
}
