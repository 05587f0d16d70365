package io.imagetransformer.sandbox;

import java.nio.file.Path;

/** The programs of the JDK that runs the tests. */
public final class JdkTool {
    private JdkTool() {}

    /** @param name such as {@code java} */
    public static String path(String name) {
        return Path.of(System.getProperty("java.home"), "bin", name).toString();
    }
}
