package io.imagetransformer.command;

import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** So many a second, evenly; time that was lost is not made up for in a burst. */
final class Rate {
    private static final Pattern WRITTEN = Pattern.compile("([1-9]\\d{0,5})(/s)?");

    private final long nanosEach;
    private long due = System.nanoTime();

    Rate(int perSecond) {
        nanosEach = TimeUnit.SECONDS.toNanos(1) / perSecond;
    }

    /** Returns when the next one's time has come. */
    void await() throws InterruptedException {
        long now = System.nanoTime();
        if (due - now > 0) {
            TimeUnit.NANOSECONDS.sleep(due - now);
        }
        due = Math.max(due, now) + nanosEach;
    }

    /** {@code 50} or {@code 50/s}. */
    static final class Converter implements ITypeConverter<Rate> {
        @Override
        public Rate convert(String text) {
            Matcher written = WRITTEN.matcher(text);
            if (!written.matches()) {
                throw new TypeConversionException("'" + text + "' is no rate: write 50/s");
            }
            return new Rate(Integer.parseInt(written.group(1)));
        }
    }
}
