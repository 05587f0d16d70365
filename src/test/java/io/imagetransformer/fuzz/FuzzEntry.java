package io.imagetransformer.fuzz;

import org.jspecify.annotations.Nullable;

/** What Jazzer calls, by its own convention: these two names, in a process for one target. */
public final class FuzzEntry {
    private static @Nullable FuzzTarget target;

    private FuzzEntry() {}

    /** @param arguments the target's name */
    public static void fuzzerInitialize(String[] arguments) {
        target = FuzzTargets.named(arguments[0]).make();
    }

    public static void fuzzerTestOneInput(byte[] input) {
        target.work(input);
    }
}
