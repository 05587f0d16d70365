package io.imagetransformer.config;

import java.io.UncheckedIOException;
import java.nio.file.InvalidPathException;
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
    private static final Pattern SIZE = Pattern.compile("(\\d{1,18})\\s*(B|KiB|MiB|GiB)?");
    /** What Java and Camel's Simple language read alike: no exponent, no suffix. */
    private static final Pattern FRACTION = Pattern.compile("\\d{1,9}(\\.\\d{1,15})?");

    /** In a URL or a host, what stands before the @ is a secret. */
    private static final Pattern CREDENTIALS = Pattern.compile("[^/]*@");

    private static final Map<String, Long> MILLIS = Map.of("ms", 1L, "s", 1_000L, "m", 60_000L, "h", 3_600_000L);
    private static final Map<String, Long> BYTES = Map.of("B", 1L, "KiB", 1L << 10, "MiB", 1L << 20, "GiB", 1L << 30);

    private final UnaryOperator<String> lookup;

    /** @param lookup key to value; gives an empty text for a key without value */
    SettingsReader(UnaryOperator<String> lookup) {
        this.lookup = lookup;
    }

    /** The value, blanks around it left out (a secret ends with a line feed as often as not); empty where the key has none. */
    String text(String key) {
        return lookup.apply(key).strip();
    }

    /** What {@code key} holds, or the file that {@code key-file} names; none of both is no mistake. */
    Secret secret(String key) {
        Secret secret = new Secret(text(key), text(key + "-file"));
        if (!secret.text().isEmpty() && secret.isInFile()) {
            throw new InvalidSettingException(key + " and " + key + "-file are both given: give one of them");
        }
        if (secret.isInFile()) {
            requireReadable(key + "-file", secret);
        }
        return secret;
    }

    private static void requireReadable(String key, Secret secret) {
        try {
            if (!secret.value().isEmpty()) {
                return;
            }
        } catch (UncheckedIOException | InvalidPathException e) {
            throw new InvalidSettingException(
                    key + "=" + secret.file() + " cannot be read: correct the path, or let us read it");
        }
        throw new InvalidSettingException(key + "=" + secret.file() + " is empty: write the key into it");
    }

    /** A value that the routes read, too, as it is: so blanks around it are refused, not left out. */
    String mandatory(String key) {
        String value = text(key);
        if (value.isEmpty()) {
            throw new InvalidSettingException(key + " is empty: give it a value");
        }
        if (!value.equals(lookup.apply(key))) {
            throw new InvalidSettingException(shown(key) + " has blanks or line ends around it: remove them");
        }
        return value;
    }

    /** Key and value for a message. */
    private String shown(String key) {
        return shown(key, text(key));
    }

    /** Key and value for a message; without the credentials that somebody may have put into a URL. */
    static String shown(String key, String value) {
        return key + "=" + CREDENTIALS.matcher(value).replaceAll("***@");
    }

    /** A value that fits a pattern: as the names of buckets, topics and models do. */
    String name(String key, Pattern allowed, String rule) {
        return checkedName(key, mandatory(key), allowed, rule);
    }

    static String checkedName(String key, String value, Pattern allowed, String rule) {
        if (!allowed.matcher(value).matches()) {
            throw new InvalidSettingException(shown(key, value) + " is no valid name: " + rule);
        }
        return value;
    }

    List<String> names(String key, Pattern allowed, String rule) {
        mandatory(key);
        List<String> names = split(key);
        if (names.isEmpty()) {
            throw new InvalidSettingException(key + " holds no name: " + rule);
        }
        names.forEach(name -> checkedName(key, name, allowed, rule));
        return names;
    }

    /** What stands between commas; nothing where the key is empty. */
    List<String> list(String key, Pattern allowed, String rule) {
        List<String> elements = split(key);
        if (!elements.stream().allMatch(element -> allowed.matcher(element).matches())) {
            throw new InvalidSettingException(shown(key) + " cannot be read: " + rule);
        }
        return elements;
    }

    private List<String> split(String key) {
        return Arrays.stream(text(key).split(","))
                .map(String::strip)
                .filter(s -> !s.isEmpty())
                .toList();
    }

    boolean flag(String key) {
        return switch (mandatory(key)) {
            case "true" -> true;
            case "false" -> false;
            default ->
                throw new InvalidSettingException(
                        shown(key) + " is neither true nor false: write one of them, in lower case");
        };
    }

    /** A flag that KServe's users write as Python does: True, TRUE. */
    boolean pythonFlag(String key) {
        String value = mandatory(key);
        if (value.equalsIgnoreCase("true") || value.equalsIgnoreCase("false")) {
            return Boolean.parseBoolean(value);
        }
        throw new InvalidSettingException(shown(key) + " is neither true nor false: write one of them");
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
                shown(key) + " is no whole number from " + least + " to " + most + ": give one");
    }

    double fraction(String key) {
        if (FRACTION.matcher(mandatory(key)).matches()) {
            double value = Double.parseDouble(text(key));
            if (value <= 1) {
                return value;
            }
        }
        throw new InvalidSettingException(shown(key) + " is no number from 0.0 to 1.0: write it as 0.75");
    }

    Duration duration(String key, Duration least, Duration most) {
        Matcher matcher = DURATION.matcher(mandatory(key));
        if (matcher.matches()) {
            Duration value = Duration.ofMillis(Long.parseLong(matcher.group(1)) * MILLIS.get(matcher.group(2)));
            if (value.compareTo(least) >= 0 && value.compareTo(most) <= 0) {
                return value;
            }
        }
        throw new InvalidSettingException(shown(key) + " is no duration from " + plain(least) + " to " + plain(most)
                + ": write it as 250ms, 30s, 8m or 1h");
    }

    long size(String key, long least, long most) {
        Matcher matcher = SIZE.matcher(mandatory(key));
        if (matcher.matches()) {
            long unit = matcher.group(2) == null ? 1 : BYTES.get(matcher.group(2));
            long units = Long.parseLong(matcher.group(1));
            if (units <= most / unit && units * unit >= least) {
                return units * unit;
            }
        }
        throw new InvalidSettingException(
                shown(key) + " is no size from " + least + " to " + most + " bytes: write it as 512KiB, 32MiB or 1GiB");
    }

    /** One of the constants, written in lower case and with hyphens. */
    <E extends Enum<E>> E choice(String key, Class<E> type) {
        String value = mandatory(key);
        return Arrays.stream(type.getEnumConstants())
                .filter(constant -> code(constant).equals(value))
                .findFirst()
                .orElseThrow(() -> new InvalidSettingException(shown(key) + " is unknown: choose one of "
                        + Arrays.stream(type.getEnumConstants())
                                .map(SettingsReader::code)
                                .collect(Collectors.joining(", "))));
    }

    private static String code(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** As a person writes it: 24h, 8m, 30s, 250ms. */
    static String plain(Duration duration) {
        long millis = duration.toMillis();
        if (millis % 3_600_000 == 0 && millis > 0) {
            return millis / 3_600_000 + "h";
        }
        if (millis % 60_000 == 0 && millis > 0) {
            return millis / 60_000 + "m";
        }
        return millis % 1_000 == 0 ? millis / 1_000 + "s" : millis + "ms";
    }
}
