package io.imagetransformer.sandbox;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;

import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * Uploads what somebody puts into a folder, its subfolders included, and then moves it aside. The key is the path
 * inside the folder. Hidden files are left alone.
 *
 * <p>A file counts as complete when it is the same at two looks, half a second apart. What cannot be uploaded is told
 * once, stays where it is, and is tried again when it changes.
 */
final class Inbox implements AutoCloseable {
    private static final long MILLIS_BETWEEN_LOOKS = 500;

    private final Path folder;
    private final Path uploaded;
    private final S3Client s3;
    private final String bucket;
    private final Consumer<String> complaints;
    private final ScheduledExecutorService looks = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "inbox");
        thread.setDaemon(true);
        return thread;
    });
    private Map<Path, State> before = Map.of();
    private final Set<State> failed = new HashSet<>();

    private record State(Path file, long size, FileTime changed) {}

    private Inbox(Path folder, Path uploaded, S3Client s3, String bucket, Consumer<String> complaints) {
        this.folder = folder;
        this.uploaded = uploaded;
        this.s3 = s3;
        this.bucket = bucket;
        this.complaints = complaints;
    }

    /**
     * Looks at the folder from now on.
     *
     * @param uploaded where files go that were uploaded, their subfolders kept; created if absent
     * @param s3 which the caller closes after this
     * @param complaints gets one line per file that cannot be uploaded
     */
    static Inbox watch(Path folder, Path uploaded, S3Client s3, String bucket, Consumer<String> complaints) {
        Inbox inbox = new Inbox(folder, uploaded, s3, bucket, complaints);
        inbox.looks.scheduleWithFixedDelay(inbox::look, 0, MILLIS_BETWEEN_LOOKS, TimeUnit.MILLISECONDS);
        return inbox;
    }

    private void look() {
        Map<Path, State> now = files();
        now.forEach((file, state) -> {
            if (state.equals(before.get(file)) && !failed.contains(state)) {
                take(state);
            }
        });
        failed.retainAll(now.values());
        before = now;
    }

    private Map<Path, State> files() {
        Map<Path, State> files = new HashMap<>();
        try (Stream<Path> paths = Files.walk(folder)) {
            List<Path> found = paths.filter(this::isWanted).toList();
            for (Path file : found) {
                files.put(file, new State(file, Files.size(file), Files.getLastModifiedTime(file)));
            }
        } catch (IOException | UncheckedIOException e) {
            // Something was moved away while we looked: the next look sees what is there.
        }
        return files;
    }

    private boolean isWanted(Path file) {
        for (Path name : folder.relativize(file)) {
            if (name.toString().startsWith(".")) {
                return false;
            }
        }
        return Files.isRegularFile(file);
    }

    private void take(State state) {
        Path file = state.file();
        Path name = folder.relativize(file);
        try {
            upload(file, name.toString().replace('\\', '/'));
            Path target = uploaded.resolve(name);
            Files.createDirectories(target.getParent());
            Files.move(file, target, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException | SdkException e) {
            failed.add(state);
            complaints.accept(name + " in " + folder + " cannot be uploaded: " + e.getMessage());
        }
    }

    private void upload(Path file, String key) throws IOException {
        String type = Files.probeContentType(file);
        s3.putObject(
                put -> put.bucket(bucket).key(key).contentType(type == null ? "application/octet-stream" : type),
                RequestBody.fromFile(file));
    }

    /** Looks no more; an upload that is under way is finished. */
    @Override
    public void close() {
        looks.shutdown();
        try {
            looks.awaitTermination(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
