package io.imagetransformer.sandbox;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Object;

import io.imagetransformer.config.Settings;
import io.imagetransformer.storage.KeyLayout;

/** The sample images: {@code samples/} on the class path, each named by the digit on it. */
final class Samples {
    private static final String PREFIX = "samples/";

    private final S3Client s3;
    private final String bucket;
    private final Settings settings;
    private final KeyLayout layout;
    private final List<Path> files = files();
    private Instant uploaded = Instant.MAX;

    /**
     * @param bucket where they are uploaded
     * @param settings tell where they will be filed
     */
    Samples(S3Client s3, String bucket, Settings settings) {
        this.s3 = s3;
        this.bucket = bucket;
        this.settings = settings;
        this.layout = new KeyLayout(settings.output().keyLayout());
    }

    int count() {
        return files.size();
    }

    /** Puts them into the bucket, under {@code samples/}. */
    void upload() {
        // A store's clock of whole seconds must not make this run's copies older than their upload.
        uploaded = Instant.now().minusSeconds(1);
        for (Path file : files) {
            String type = name(file).endsWith(".jpg") ? "image/jpeg" : "image/png";
            s3.putObject(put -> put.bucket(bucket).key(key(file)).contentType(type), RequestBody.fromFile(file));
        }
    }

    /** How many of them have not been filed since their upload, under whatever digit. */
    int missing() {
        Map<String, Set<String>> filed = filed();
        return (int)
                files.stream().filter(file -> places(file, filed).isEmpty()).count();
    }

    /** One line for each that is not, or not only, filed under the digit on it since its upload. */
    List<String> complaints() {
        Map<String, Set<String>> filed = filed();
        List<String> complaints = new ArrayList<>();
        for (Path file : files) {
            String digit = name(file).substring(0, 1);
            List<String> places = places(file, filed);
            if (places.isEmpty()) {
                complaints.add(key(file) + " shows a " + digit + " and is not filed");
            } else if (!places.equals(List.of(digit))) {
                complaints.add(key(file) + " shows a " + digit + " and is filed under " + String.join(" and ", places));
            }
        }
        return complaints;
    }

    /** The labels it is filed under; where that is another bucket than the output's, with its name. */
    private List<String> places(Path file, Map<String, Set<String>> filed) {
        List<String> places = new ArrayList<>();
        filed.forEach((outputBucket, keys) -> IntStream.range(0, 10)
                .mapToObj(String::valueOf)
                .filter(label -> keys.contains(layout.destination(label, bucket, key(file))))
                .forEach(label -> places.add(
                        outputBucket.equals(settings.output().bucket()) ? label : outputBucket + "/" + label)));
        return places;
    }

    /** By output bucket, the keys that were written since the upload. */
    private Map<String, Set<String>> filed() {
        Map<String, Set<String>> filed = new TreeMap<>();
        for (String outputBucket : settings.outputBuckets()) {
            filed.put(
                    outputBucket,
                    s3.listObjectsV2Paginator(list -> list.bucket(outputBucket)).contents().stream()
                            .filter(object -> !object.lastModified().isBefore(uploaded))
                            .map(S3Object::key)
                            .collect(Collectors.toSet()));
        }
        return filed;
    }

    private static String key(Path file) {
        return PREFIX + name(file);
    }

    private static String name(Path file) {
        return file.getFileName().toString();
    }

    private static List<Path> files() {
        try {
            Path folder = Path.of(Objects.requireNonNull(Samples.class.getResource("/samples"), "/samples")
                    .toURI());
            try (Stream<Path> files = Files.list(folder)) {
                return files.sorted().toList();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
