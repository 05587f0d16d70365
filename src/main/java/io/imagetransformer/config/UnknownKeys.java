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
    /** Two names of so many letters that differ in one are hardly two things. */
    private static final int NO_CHANCE = 11;

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
     * Environment variables that are one letter away from the name of a setting. Others are somebody's: {@code HTTP_PROXY},
     * {@code HTTPS_PORT}, {@code KAFKA_HOME}.
     *
     * @param environment names of variables
     * @return a line for each
     */
    List<String> nearMisses(Set<String> environment) {
        Set<String> ours = known.stream().map(SettingSources::environmentName).collect(Collectors.toSet());
        Set<String> starts =
                prefixes.stream().map(SettingSources::environmentName).collect(Collectors.toSet());
        return nearMisses(environment, ours, starts, " in the environment is no setting: did you mean ");
    }

    /**
     * Keys that {@link #refuse} lets pass, because the team may have them, and that are one letter away from a setting.
     *
     * @param given keys of a file
     * @return a line for each
     */
    List<String> nearMissesOfFile(Set<String> given) {
        return nearMisses(given, known, Set.of(), " is no setting: did you mean ");
    }

    private static List<String> nearMisses(Set<String> given, Set<String> ours, Set<String> starts, String question) {
        List<String> lines = new ArrayList<>();
        for (String name : new TreeSet<>(given)) {
            boolean isSuspect = name.length() >= NO_CHANCE || starts.stream().anyMatch(name::startsWith);
            if (isSuspect && !ours.contains(name)) {
                ours.stream()
                        // Hundreds of names are compared at each start, and most cannot be meant.
                        .filter(our -> Math.abs(our.length() - name.length()) <= 1 && distance(our, name) == 1)
                        .findFirst()
                        .ifPresent(meant -> lines.add(name + question + meant + "?"));
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

    /** Levenshtein's distance, with two letters that changed places as one mistake. */
    private static int distance(String a, String b) {
        int[][] rows = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    rows[i][j] = i + j;
                    continue;
                }
                int substitution = rows[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                rows[i][j] = Math.min(substitution, Math.min(rows[i - 1][j], rows[i][j - 1]) + 1);
                boolean swapped =
                        i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
                if (swapped) {
                    rows[i][j] = Math.min(rows[i][j], rows[i - 2][j - 2] + 1);
                }
            }
        }
        return rows[a.length()][b.length()];
    }
}
