package io.imagetransformer.image;

import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.jar.JarEntry;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;

/**
 * A native library out of a jar, unpacked where each process of the same user finds it again:
 * {@code <tmp>/kafka-image-transformer-<user>/<crc>-<size>/<name>}. Size and CRC-32 are the jar's own entry for it, so
 * nothing has to be unpacked to know them.
 *
 * <p>A temporary directory is shared with others, therefore ours has to be a directory, belong to us and be closed to
 * others, or it is not used. Against a half-written or damaged file stands the check of size and CRC-32 at each start, 50 ms
 * for 63 MB. Several processes may unpack at once: each writes a file of its own and renames it, so that at every moment
 * there is no library or a whole one. One that is in use is never written to.
 */
final class NativeLibrary {
    private static final String DIRECTORY = "kafka-image-transformer-";

    private static final String PART = "part";

    private final URL resource;
    private final Path temporary;

    NativeLibrary(URL resource, Path temporary) {
        this.resource = resource;
        this.temporary = temporary;
    }

    /** The library as a file, unpacked now unless it was before. */
    Path unpacked() throws IOException {
        URLConnection connection = resource.openConnection();
        if (!(connection instanceof JarURLConnection jar)) {
            throw new IOException("the library is not inside of a jar: " + resource);
        }
        JarEntry entry = jar.getJarEntry();
        Path home = privateDirectory(temporary.resolve(DIRECTORY + System.getProperty("user.name")));
        Path directory =
                Files.createDirectories(home.resolve(String.format("%08x-%d", entry.getCrc(), entry.getSize())));
        Path library = directory.resolve(Path.of(entry.getName()).getFileName().toString());
        if (!isWhole(library, entry)) {
            unpack(jar, directory, library);
            if (!isWhole(library, entry)) {
                throw new IOException(library + " is not what was unpacked: something else writes to it");
            }
        }
        return library.toAbsolutePath();
    }

    private static void unpack(JarURLConnection jar, Path directory, Path library) throws IOException {
        deleteAbandoned(directory);
        Path part = Files.createTempFile(directory, PART, null);
        try {
            try (InputStream content = jar.getInputStream()) {
                Files.copy(content, part, StandardCopyOption.REPLACE_EXISTING);
            }
            Files.move(part, library, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(part);
        }
    }

    /** What a process left that was killed while it unpacked: that takes a second, so an hour is safe. */
    private static void deleteAbandoned(Path directory) throws IOException {
        Instant before = Instant.now().minus(1, ChronoUnit.HOURS);
        try (DirectoryStream<Path> parts = Files.newDirectoryStream(directory, PART + "*")) {
            for (Path part : parts) {
                if (Files.getLastModifiedTime(part).toInstant().isBefore(before)) {
                    Files.deleteIfExists(part);
                }
            }
        }
    }

    private static boolean isWhole(Path library, JarEntry entry) throws IOException {
        if (!Files.isRegularFile(library, LinkOption.NOFOLLOW_LINKS) || Files.size(library) != entry.getSize()) {
            return false;
        }
        CRC32 crc = new CRC32();
        try (InputStream content = new CheckedInputStream(Files.newInputStream(library), crc)) {
            byte[] buffer = new byte[1 << 16];
            while (content.read(buffer) >= 0) {
                // Reading is what feeds the checksum.
            }
        }
        return crc.getValue() == entry.getCrc();
    }

    private static Path privateDirectory(Path directory) throws IOException {
        FileStore store = Files.getFileStore(directory.getParent());
        boolean posix = store.supportsFileAttributeView("posix");
        try {
            if (posix) {
                Files.createDirectory(
                        directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            } else {
                // A temporary directory without POSIX modes is Windows's, which is the user's own.
                Files.createDirectory(directory);
            }
        } catch (FileAlreadyExistsException e) {
            requireOurs(directory, posix);
        }
        return directory;
    }

    private static void requireOurs(Path directory, boolean posix) throws IOException {
        if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
            throw new IOException(directory + " is not a directory");
        }
        if (!posix) {
            return;
        }
        String mode =
                PosixFilePermissions.toString(Files.getPosixFilePermissions(directory, LinkOption.NOFOLLOW_LINKS));
        if (!mode.equals("rwx------")) {
            throw new IOException(directory + " is open to others (" + mode + ", should be rwx------)");
        }
        Path own = Files.createTempFile(directory, "owner", null);
        try {
            if (!Files.getOwner(directory, LinkOption.NOFOLLOW_LINKS).equals(Files.getOwner(own))) {
                throw new IOException(directory + " belongs to someone else");
            }
        } finally {
            Files.delete(own);
        }
    }
}
