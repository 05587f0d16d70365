package io.imagetransformer.fuzz;

import org.jspecify.annotations.Nullable;

/** What Jazzer calls, by its own convention: these two names, in a process for one target. */
public final class FuzzEntry {
    private static @Nullable FuzzTarget target;

    private FuzzEntry() {}

    /**
     * Works the seeds once, so that all classes are there when the fuzzer begins: of those that come later it sees no
     * coverage, and is not guided by them.
     *
     * @param arguments the target's name
     */
    public static void fuzzerInitialize(String[] arguments) {
        FuzzTargets name = FuzzTargets.named(arguments[0]);
        FuzzTarget made = name.make();
        FuzzSeeds.of(name).forEach(made::work);
        target = made;
    }

    public static void fuzzerTestOneInput(byte[] input) {
        target.work(input);
    }
}
