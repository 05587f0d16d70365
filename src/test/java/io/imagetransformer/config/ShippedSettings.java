package io.imagetransformer.config;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;

/** The shipped {@code application.properties}, read as Camel reads it, with some keys changed. */
final class ShippedSettings {
    private static final Properties SHIPPED = load();

    private ShippedSettings() {}

    private static Properties load() {
        Properties shipped = new Properties();
        try (InputStream in = ShippedSettings.class.getResourceAsStream("/application.properties")) {
            shipped.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return shipped;
    }

    /** Our own keys, without Camel's. */
    static Set<String> keys() {
        Set<String> keys = new TreeSet<>(SHIPPED.stringPropertyNames());
        keys.removeIf(key -> key.startsWith("camel."));
        return keys;
    }

    static Settings with(Map<String, String> changes) {
        return Settings.read(lookup(changes));
    }

    static UnaryOperator<String> lookup(Map<String, String> changes) {
        return key -> {
            String value = changes.getOrDefault(key, SHIPPED.getProperty(key, ""));
            return value.contains("{{events.topic}}")
                    ? value.replace("{{events.topic}}", lookup(changes).apply("events.topic"))
                    : value;
        };
    }
}
