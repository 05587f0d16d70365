package io.imagetransformer.config;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Where settings come from, the strongest first: the arguments, the environment, the system properties, the user's file,
 * the shipped file.
 *
 * <p>Camel would look into environment and system properties before anything else; so what these two hold is handed to
 * it as overrides, beside the arguments that win over them.
 *
 * @param shipped keys of the {@code application.properties} in the jar
 * @param own keys of the user's
 * @param systemProperties of this process
 * @param environment of this process
 */
public record SettingSources(
        Set<String> shipped, Set<String> own, Map<String, String> systemProperties, Map<String, String> environment) {
    private static final String KAFKA_VARIABLES = "CAMEL_COMPONENT_KAFKA_";

    /** Java's own system properties share a prefix with our door; a file has no business with them. */
    private static final Pattern OF_JAVA =
            Pattern.compile("http\\.(agent|(auth|basic)\\..+|[kK]eepAlive.*|max(Connections|Redirects)|nonProxyHosts"
                    + "|proxy.*|strictPostRedirect)");

    /** @throws InvalidSettingException for an unknown key under one of our prefixes */
    public void refuseUnknownKeys() {
        UnknownKeys unknown = new UnknownKeys(shipped);
        unknown.refuse(own);
        unknown.refuse(systemProperties.keySet().stream()
                .filter(key -> !OF_JAVA.matcher(key).matches())
                .collect(Collectors.toSet()));
    }

    /** A line for each environment variable, and each key of the user's file, that looks like one of ours misspelt. */
    public List<String> nearMisses() {
        UnknownKeys unknown = new UnknownKeys(shipped);
        return Stream.concat(unknown.nearMisses(environment.keySet()).stream(), unknown.nearMissesOfFile(own).stream())
                .toList();
    }

    /**
     * What wins over both files.
     *
     * @param arguments keys and values from the command line
     */
    public Map<String, String> overrides(Map<String, String> arguments) {
        Set<String> keys = new HashSet<>(shipped);
        keys.addAll(own);
        Map<String, String> overrides = new LinkedHashMap<>();
        for (String key : keys) {
            String value = environment.getOrDefault(environmentName(key), systemProperties.get(key));
            if (value != null) {
                overrides.put(key, value);
            }
        }
        overrides.putAll(kafkaOfTheEnvironment());
        overrides.putAll(arguments);
        return overrides;
    }

    /**
     * Kafka's security, which no file need hold: {@code CAMEL_COMPONENT_KAFKA_SASL_MECHANISM} is
     * {@code camel.component.kafka.sasl-mechanism}. Camel Main reads such variables itself, but not where the environment
     * is its last resort, as we have it.
     */
    private Map<String, String> kafkaOfTheEnvironment() {
        Map<String, String> settings = new LinkedHashMap<>();
        environment.forEach((name, value) -> {
            if (name.startsWith(KAFKA_VARIABLES)) {
                String key = name.substring(KAFKA_VARIABLES.length())
                        .toLowerCase(Locale.ROOT)
                        .replace('_', '-');
                settings.put("camel.component.kafka." + key, value);
            }
        });
        return settings;
    }

    /** {@code s3.access-key} is {@code S3_ACCESS_KEY}: Camel's own rule. */
    static String environmentName(String key) {
        return key.toUpperCase(Locale.ROOT).replaceAll("[.-]", "_");
    }
}
