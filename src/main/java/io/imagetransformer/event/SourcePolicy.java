package io.imagetransformer.event;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Which buckets may be read. An output bucket never may, whatever the allow-list says: filing there publishes an event
 * too, and taking it for an upload would file the same image for ever.
 */
public final class SourcePolicy {
    private static final String ALL = "*";
    private static final Pattern PLACEHOLDER = Pattern.compile("\\{[^}]*}");

    private final Set<String> allowedBuckets;
    private final List<Pattern> outputBuckets;

    /**
     * @param allowedBuckets names of source buckets; one that is {@code *} allows all but the outputs. Empty allows none
     * @param outputBuckets the buckets that we write to, review included. A name with a placeholder, as in
     *     <code>digit-{label}</code>, stands for every bucket that it may become. A name that is nothing but
     *     placeholders could be any bucket and is not looked at: there an object is known for ours by its metadata
     */
    public SourcePolicy(Set<String> allowedBuckets, Set<String> outputBuckets) {
        this.allowedBuckets = Set.copyOf(allowedBuckets);
        this.outputBuckets = outputBuckets.stream()
                .filter(name -> !PLACEHOLDER.matcher(name).replaceAll("").isEmpty())
                .map(SourcePolicy::pattern)
                .toList();
    }

    /**
     * The verdict itself, or, for an upload to an output bucket or to one that is not allowed, {@link Decoded.Ignored}
     * with {@link IgnoredReason#OWN_OUTPUT} or {@link IgnoredReason#NOT_A_SOURCE_BUCKET}.
     */
    public Decoded apply(Decoded verdict) {
        if (!(verdict instanceof Decoded.Created created)) {
            return verdict;
        }
        String bucket = created.object().bucket();
        if (outputBuckets.stream().anyMatch(output -> output.matcher(bucket).matches())) {
            return ignored(IgnoredReason.OWN_OUTPUT, bucket);
        }
        if (!allowedBuckets.contains(ALL) && !allowedBuckets.contains(bucket)) {
            return ignored(IgnoredReason.NOT_A_SOURCE_BUCKET, bucket);
        }
        return verdict;
    }

    private static Decoded ignored(IgnoredReason reason, String bucket) {
        return new Decoded.Ignored(reason, Printable.line("bucket " + bucket));
    }

    private static Pattern pattern(String name) {
        return Pattern.compile(
                Arrays.stream(PLACEHOLDER.split(name, -1)).map(Pattern::quote).collect(Collectors.joining(".+")));
    }
}
