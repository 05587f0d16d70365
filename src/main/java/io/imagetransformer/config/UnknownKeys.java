package io.imagetransformer.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Finds keys under our prefixes that no setting has: a misspelt key must not be a silent default. Other prefixes are
 * the team's.
 */
final class UnknownKeys {
    private final Set<String> known;
    private final Set<String> prefixes;

    /** @param shipped every key of the shipped {@code application.properties} */
    public UnknownKeys(Set<String> shipped) {
        known = shipped.stream()
                .filter(key -> !key.startsWith("camel."))
                .collect(Collectors.toCollection(TreeSet::new));
        prefixes = known.stream().map(UnknownKeys::prefix).collect(Collectors.toSet());
    }

    /**
     * @param given keys of a file or of the system properties
     * @throws InvalidSettingException for the first unknown key, with the nearest known one
     */
    public void refuse(Set<String> given) {
        for (String key : new TreeSet<>(given)) {
            if (!known.contains(key) && prefixes.contains(prefix(key))) {
                throw new InvalidSettingException(key + " is no setting: did you mean " + nearest(known, key)
                        + "? (your own keys need another prefix)");
            }
        }
    }

    /**
     * Environment variables under our prefixes that are one letter away from the name of a setting. Others are somebody's:
     * {@code HTTP_PROXY}, {@code KAFKA_HOME}, {@code PREDICTOR_PORT}.
     *
     * @param environment names of variables
     * @return a line for each
     */
    List<String> nearMisses(Set<String> environment) {
        Set<String> ours = known.stream().map(SettingSources::environmentName).collect(Collectors.toSet());
        List<String> lines = new ArrayList<>();
        for (String name : new TreeSet<>(environment)) {
            String meant = nearest(ours, name);
            boolean hasPrefix =
                    prefixes.stream().map(SettingSources::environmentName).anyMatch(name::startsWith);
            if (hasPrefix && distance(meant, name) == 1) {
                lines.add(name + " in the environment is no setting: did you mean " + meant + "?");
            }
        }
        return lines;
    }

    private static String prefix(String key) {
        int dot = key.indexOf('.');
        return dot < 0 ? key : key.substring(0, dot + 1);
    }

    private static String nearest(Set<String> names, String key) {
        return names.stream()
                .min(Comparator.comparingInt(candidate -> distance(candidate, key)))
                .orElseThrow();
    }

    /** Levenshtein's distance. */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j < row.length; j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j < row.length; j++) {
                int substitution = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(substitution, Math.min(row[j - 1], row[j]) + 1);
            }
        }
        return row[b.length()];
    }
}
