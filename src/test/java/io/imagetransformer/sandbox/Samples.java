package io.imagetransformer.sandbox;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Object;

import io.imagetransformer.storage.KeyLayout;

/** The sample images: {@code samples/} on the class path, each named by the digit on it. */
final class Samples {
    private static final String PREFIX = "samples/";

    private final S3Client s3;
    private final String bucket;
    private final String outputBucket;
    private final KeyLayout layout;
    private final List<Path> files = files();
    private Instant uploaded = Instant.MAX;

    Samples(S3Client s3, String bucket, String outputBucket, KeyLayout layout) {
        this.s3 = s3;
        this.bucket = bucket;
        this.outputBucket = outputBucket;
        this.layout = layout;
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
        Set<String> filed = filed();
        return (int)
                files.stream().filter(file -> labels(file, filed).isEmpty()).count();
    }

    /** One line for each that is not, or not only, filed under the digit on it since its upload. */
    List<String> complaints() {
        Set<String> filed = filed();
        List<String> complaints = new ArrayList<>();
        for (Path file : files) {
            String digit = name(file).substring(0, 1);
            List<String> labels = labels(file, filed);
            if (labels.isEmpty()) {
                complaints.add(key(file) + " shows a " + digit + " and is not filed");
            } else if (!labels.equals(List.of(digit))) {
                complaints.add(key(file) + " shows a " + digit + " and is filed under " + String.join(" and ", labels));
            }
        }
        return complaints;
    }

    private List<String> labels(Path file, Set<String> filed) {
        return IntStream.range(0, 10)
                .mapToObj(String::valueOf)
                .filter(label -> filed.contains(layout.destination(label, bucket, key(file))))
                .toList();
    }

    private Set<String> filed() {
        return s3.listObjectsV2Paginator(list -> list.bucket(outputBucket)).contents().stream()
                .filter(object -> !object.lastModified().isBefore(uploaded))
                .map(S3Object::key)
                .collect(Collectors.toCollection(HashSet::new));
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
