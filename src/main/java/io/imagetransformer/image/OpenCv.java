package io.imagetransformer.image;

import java.io.IOException;
import java.net.URL;
import java.nio.file.Path;
import java.util.Locale;

import org.opencv.core.Core;

/**
 * Loads OpenCV's native library, once in a process, and keeps it to one thread per picture.
 *
 * <p>The jar brings a loader of its own ({@code nu.pattern.OpenCV.loadLocally}), which unpacks 63 MB into a fresh temporary
 * directory at every start and leaves them there when the process is killed. Ours unpacks once per user and version, into a
 * directory of {@code java.io.tmpdir} that is named by content and shared by all instances ({@link NativeLibrary}): nothing
 * to clean up, one copy in the page cache, and 0.1 s instead of 0.45 s from the second start on.
 *
 * <p>One thread: with the default of one per core, pictures that are transformed side by side would compete for the same
 * cores. No result depends on it, and nothing is lost: decoding, which is nearly all of the time, is on one thread anyway,
 * and the resize of 12 megapixels to 28 x 28 takes 0.05 ms on one thread, 0.06 ms on two.
 */
public final class OpenCv {
    private static boolean loaded;

    private OpenCv() {}

    /**
     * Loads the library, unless this process has; safe from any thread.
     *
     * @throws OpenCvUnusable with one line that says what to do, if there is no library for this platform, or it can
     *     neither be unpacked nor loaded. Trying again is allowed.
     */
    public static synchronized void load() {
        if (loaded) {
            return;
        }
        Path library = unpack();
        try {
            System.load(library.toString());
        } catch (UnsatisfiedLinkError e) {
            throw new OpenCvUnusable(
                    "OpenCV does not load from " + library + ": " + e.getMessage()
                            + ". It needs glibc, and a java.io.tmpdir that is not mounted noexec",
                    e);
        }
        Core.setNumThreads(1);
        loaded = true;
    }

    private static Path unpack() {
        String resource = resource(System.getProperty("os.name"), System.getProperty("os.arch"));
        URL url = nu.pattern.OpenCV.class.getResource(resource);
        if (url == null) {
            throw new OpenCvUnusable("the OpenCV jar has no library for this platform: " + resource);
        }
        Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
        try {
            return new NativeLibrary(url, temporary).unpacked();
        } catch (IOException e) {
            throw new OpenCvUnusable(
                    "OpenCV cannot be unpacked in " + temporary + ": " + e.getMessage()
                            + ". Name a writable directory with -Djava.io.tmpdir",
                    e);
        }
    }

    /** Where the jar keeps the library of a platform: its own layout. */
    static String resource(String osName, String osArch) {
        String os = osName.toLowerCase(Locale.ROOT);
        String family = os.startsWith("windows") ? "windows" : os.startsWith("mac") ? "osx" : "linux";
        String arch =
                switch (osArch.toLowerCase(Locale.ROOT)) {
                    case "amd64", "x86_64" -> "x86_64";
                    case "aarch64", "arm64" -> "ARMv8";
                    case "arm" -> "ARMv7";
                    case "x86", "i386" -> "x86_32";
                    default -> osArch;
                };
        return "/nu/pattern/opencv/" + family + "/" + arch + "/" + System.mapLibraryName(Core.NATIVE_LIBRARY_NAME);
    }
}
