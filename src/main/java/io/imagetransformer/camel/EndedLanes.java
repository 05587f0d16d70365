package io.imagetransformer.camel;

import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;

import org.apache.camel.AggregationStrategy;
import org.apache.camel.Exchange;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets a batch go on with what it began with when its lanes have ended, and tells of one that has not ended in its time: where
 * its workers hang, so that a person can see in what. Its images stay pending; whatever hangs keeps its threads.
 */
public final class EndedLanes implements AggregationStrategy {
    private static final Logger LOGGER = LoggerFactory.getLogger(EndedLanes.class);

    private static final int FRAMES = 20;

    @Override
    public Exchange aggregate(@Nullable Exchange before, Exchange lane, Exchange input) {
        return input;
    }

    @Override
    public Exchange aggregate(@Nullable Exchange before, Exchange lane) {
        throw new UnsupportedOperationException("a split passes its input, too");
    }

    @Override
    public void timeout(Exchange input, int index, int total, long millis) {
        LOGGER.error(
                "lane {} of {} has hung for {} ms, its unfinished images come again; what the workers do: {}",
                index + 1,
                total,
                millis,
                busyWorkers());
    }

    private static String busyWorkers() {
        return Thread.getAllStackTraces().entrySet().stream()
                .filter(thread -> thread.getKey().getName().endsWith("Workers") && isBusy(thread.getValue()))
                .map(EndedLanes::told)
                .collect(Collectors.joining("; "));
    }

    /** One that waits for work has nothing on its stack but the JDK's pool. */
    private static boolean isBusy(StackTraceElement[] stack) {
        return Arrays.stream(stack).anyMatch(frame -> frame.getClassName().startsWith("org.apache.camel."));
    }

    private static String told(Map.Entry<Thread, StackTraceElement[]> thread) {
        return thread.getKey().getName() + ": "
                + Arrays.stream(thread.getValue())
                        .limit(FRAMES)
                        .map(String::valueOf)
                        .collect(Collectors.joining(" < "));
    }
}
