package io.imagetransformer.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The arguments that KServe's controller appends to a transformer's container ({@code --model_name mnist},
 * {@code --model_name=mnist}; source: kserve {@code transformer_custom.go}), as settings of ours. They win over the
 * environment.
 *
 * @param settings our keys and their values
 * @param ignored names of arguments that mean nothing here, without their values
 */
public record KServeArguments(Map<String, String> settings, List<String> ignored) {
    private static final Map<String, String> KEYS = Map.of(
            "--model_name", "model.name",
            "--http_port", "http.port",
            "--predictor_host", "predictor.host",
            "--predictor_protocol", "predictor.protocol",
            "--predictor_use_ssl", "predictor.use-ssl",
            "--predictor_request_timeout_seconds", "predictor.timeout");

    /**
     * Whatever the arguments are, nothing is thrown: a value that is missing is empty, which the settings refuse.
     *
     * @param arguments of the command line
     */
    public static KServeArguments parse(String... arguments) {
        Map<String, String> settings = new LinkedHashMap<>();
        List<String> ignored = new ArrayList<>();
        for (int i = 0; i < arguments.length; i++) {
            String argument = arguments[i];
            int equals = argument.indexOf('=');
            String name = equals < 0 ? argument : argument.substring(0, equals);
            boolean isOption = name.startsWith("--");
            boolean valueFollows =
                    isOption && equals < 0 && i + 1 < arguments.length && !arguments[i + 1].startsWith("--");
            String value = equals >= 0 ? argument.substring(equals + 1) : valueFollows ? arguments[++i] : "";
            String key = KEYS.get(name);
            if (key == null) {
                ignored.add(name);
            } else {
                settings.put(key, value(key, value));
            }
        }
        return new KServeArguments(settings, ignored);
    }

    /** KServe writes Python's True, or the bare flag, and seconds without a unit. */
    private static String value(String key, String value) {
        return switch (key) {
            case "predictor.use-ssl" -> value.isEmpty() ? "true" : value.toLowerCase(Locale.ROOT);
            case "predictor.timeout" -> value.matches("\\d+") ? value + "s" : value;
            default -> value;
        };
    }
}
