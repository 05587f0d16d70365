package io.imagetransformer.config;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Reads one key as one type; what does not fit is an {@link InvalidSettingException} that names key, value and fix. */
final class SettingsReader {
    private static final Pattern DURATION = Pattern.compile("(\\d{1,12})\\s*(ms|s|m|h)");
    private static final Pattern SIZE = Pattern.compile("(\\d{1,12})\\s*(B|KiB|MiB|GiB)?");
    private static final Map<String, Long> MILLIS = Map.of("ms", 1L, "s", 1_000L, "m", 60_000L, "h", 3_600_000L);
    private static final Map<String, Long> BYTES = Map.of("B", 1L, "KiB", 1L << 10, "MiB", 1L << 20, "GiB", 1L << 30);

    private final UnaryOperator<String> lookup;

    /** @param lookup key to value; gives an empty text for a key without value */
    SettingsReader(UnaryOperator<String> lookup) {
        this.lookup = lookup;
    }

    /** The value, trimmed; empty where the key has none. */
    String text(String key) {
        return lookup.apply(key).strip();
    }

    String mandatory(String key) {
        String value = text(key);
        if (value.isEmpty()) {
            throw new InvalidSettingException(key + " is empty: give it a value");
        }
        return value;
    }

    /** A value that is free of control characters and blanks, as bucket, topic and model names are. */
    String name(String key, Pattern allowed, String rule) {
        return checkedName(key, mandatory(key), allowed, rule);
    }

    static String checkedName(String key, String value, Pattern allowed, String rule) {
        if (!allowed.matcher(value).matches()) {
            throw new InvalidSettingException(key + "=" + value + " is no valid name: " + rule);
        }
        return value;
    }

    List<String> names(String key, Pattern allowed, String rule) {
        List<String> names = Arrays.stream(mandatory(key).split(","))
                .map(String::strip)
                .filter(s -> !s.isEmpty())
                .toList();
        if (names.isEmpty()) {
            throw new InvalidSettingException(key + " holds no name: " + rule);
        }
        names.forEach(name -> checkedName(key, name, allowed, rule));
        return names;
    }

    boolean flag(String key) {
        return switch (mandatory(key).toLowerCase(Locale.ROOT)) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new InvalidSettingException(key + "=" + text(key) + " is neither true nor false");
        };
    }

    int integer(String key, int least, int most) {
        return (int) number(key, least, most);
    }

    long number(String key, long least, long most) {
        try {
            long value = Long.parseLong(mandatory(key));
            if (value >= least && value <= most) {
                return value;
            }
        } catch (NumberFormatException e) {
            // said below, with the range
        }
        throw new InvalidSettingException(
                key + "=" + text(key) + " is no whole number from " + least + " to " + most + ": give one");
    }

    double fraction(String key) {
        try {
            double value = Double.parseDouble(mandatory(key));
            if (value >= 0 && value <= 1) {
                return value;
            }
        } catch (NumberFormatException e) {
            // said below, with the range
        }
        throw new InvalidSettingException(key + "=" + text(key) + " is no number from 0.0 to 1.0: give one");
    }

    Duration duration(String key, Duration least, Duration most) {
        Matcher matcher = DURATION.matcher(mandatory(key));
        if (matcher.matches()) {
            Duration value = Duration.ofMillis(Long.parseLong(matcher.group(1)) * MILLIS.get(matcher.group(2)));
            if (value.compareTo(least) >= 0 && value.compareTo(most) <= 0) {
                return value;
            }
        }
        throw new InvalidSettingException(key + "=" + text(key) + " is no duration from " + plain(least) + " to "
                + plain(most) + ": write it as 250ms, 30s, 8m or 1h");
    }

    long size(String key, long least, long most) {
        Matcher matcher = SIZE.matcher(mandatory(key));
        if (matcher.matches()) {
            long unit = matcher.group(2) == null ? 1 : BYTES.get(matcher.group(2));
            long value = Long.parseLong(matcher.group(1)) * unit;
            if (value >= least && value <= most) {
                return value;
            }
        }
        throw new InvalidSettingException(key + "=" + text(key) + " is no size from " + least + " to " + most
                + " bytes: write it as 512KiB, 32MiB or 1GiB");
    }

    <E extends Enum<E>> E choice(String key, Class<E> type) {
        String value = mandatory(key);
        return Arrays.stream(type.getEnumConstants())
                .filter(constant -> code(constant).equals(value.toLowerCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> new InvalidSettingException(key + "=" + value + " is unknown: choose one of "
                        + Arrays.stream(type.getEnumConstants())
                                .map(SettingsReader::code)
                                .collect(Collectors.joining(", "))));
    }

    private static String code(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** As a person writes it: 8m, 30s, 250ms. */
    static String plain(Duration duration) {
        long millis = duration.toMillis();
        if (millis % 60_000 == 0 && millis > 0) {
            return millis / 60_000 + "m";
        }
        return millis % 1_000 == 0 ? millis / 1_000 + "s" : millis + "ms";
    }
}
