package io.imagetransformer.command;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Where a record stands in its topic, written {@code partition@offset}. */
record Place(int partition, long offset) {
    private static final Pattern WRITTEN = Pattern.compile("(\\d{1,9})@(\\d{1,18})");

    static final class Converter implements ITypeConverter<Place> {
        @Override
        public Place convert(String text) {
            Matcher written = WRITTEN.matcher(text);
            if (!written.matches()) {
                throw new TypeConversionException(
                        "'" + text + "' is no place: write partition@offset, as `list` does, such as 0@17");
            }
            return new Place(Integer.parseInt(written.group(1)), Long.parseLong(written.group(2)));
        }
    }

    @Override
    public String toString() {
        return partition + "@" + offset;
    }
}
