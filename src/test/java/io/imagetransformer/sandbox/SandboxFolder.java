package io.imagetransformer.sandbox;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/** What survives a run of the sandbox: buckets, topics and the inbox, in one folder for one sandbox at a time. */
final class SandboxFolder implements AutoCloseable {
    /** Also the sign that a sandbox made the folder. */
    private static final String LOCK = "sandbox.lock";

    private final Path folder;
    private final FileChannel lock;

    private SandboxFolder(Path folder, FileChannel lock) {
        this.folder = folder;
        this.lock = lock;
    }

    /**
     * @param folder created if absent
     * @param fresh throw away buckets and topics; inbox and uploaded pictures are the user's and stay
     * @throws IllegalStateException where another sandbox uses it, it cannot be used, or what is to be thrown away is
     *     not surely a sandbox's
     */
    static SandboxFolder open(Path folder, boolean fresh) {
        try {
            boolean isNone = !Files.exists(folder.resolve(LOCK));
            Files.createDirectories(folder);
            if (fresh && isNone && !isEmpty(folder)) {
                throw new IllegalStateException(
                        folder + " holds files but no data of a sandbox: --fresh deletes nothing"
                                + " there. Give an empty folder or a new one.");
            }
            SandboxFolder opened = new SandboxFolder(folder, lock(folder));
            try {
                if (fresh) {
                    delete(opened.topics());
                    delete(opened.buckets());
                }
                Files.createDirectories(opened.inbox());
                return opened;
            } catch (IOException | RuntimeException e) {
                opened.close();
                throw e;
            }
        } catch (IOException e) {
            throw new IllegalStateException("the data folder " + folder + " cannot be used: " + e, e);
        }
    }

    private static FileChannel lock(Path folder) throws IOException {
        FileChannel file = FileChannel.open(folder.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        @Nullable FileLock lock;
        try {
            lock = file.tryLock();
        } catch (OverlappingFileLockException heldByThisProcess) {
            lock = null;
        }
        if (lock == null) {
            file.close();
            throw new IllegalStateException("another sandbox uses the data folder " + folder
                    + ". Stop that one, or give another folder with --data.");
        }
        return file;
    }

    Path root() {
        return folder;
    }

    /** Where the broker keeps its data. */
    Path topics() {
        return folder.resolve("kafka");
    }

    /** Where each bucket is a folder, and each object a file. */
    Path buckets() {
        return folder.resolve("s3");
    }

    /** Pictures that are put here are uploaded. */
    Path inbox() {
        return folder.resolve("inbox");
    }

    /** Where they lie afterwards. */
    Path uploaded() {
        return folder.resolve("uploaded");
    }

    private static boolean isEmpty(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.findAny().isEmpty();
        }
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : (Iterable<Path>) paths.sorted(Comparator.reverseOrder())::iterator) {
                Files.deleteIfExists(path);
            }
        }
    }

    @Override
    public void close() {
        try {
            lock.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
