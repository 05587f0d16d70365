package io.imagetransformer;

import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Collectors;

import org.apache.camel.main.Main;
import org.apache.camel.main.SimpleMainShutdownStrategy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.imagetransformer.camel.Wiring;
import io.imagetransformer.config.InvalidSettingException;
import io.imagetransformer.config.SettingSources;

/**
 * The folder with the user's {@code application.properties}: what pipeline and commands have in common.
 *
 * @param home absolute; the file may be absent
 */
record ProgramFolder(Path home) {
    private static final Logger LOGGER = LoggerFactory.getLogger(ProgramFolder.class);
    private static final String ROUTE_FILE = ".camel.yaml";
    private static final String SHIPPED_SETTINGS = "application.properties";

    /** The folder that the start script names, else the working directory. */
    static ProgramFolder ofThisProcess() {
        return new ProgramFolder(
                Path.of(System.getProperty("image-transformer.home", "")).toAbsolutePath());
    }

    /** Of this program; {@code development} where it runs from classes. */
    static String version() {
        return Optional.ofNullable(ProgramFolder.class.getPackage().getImplementationVersion())
                .orElse("development");
    }

    /**
     * Gives Camel Main the settings, and the beans that are made of them.
     *
     * @param arguments settings that win over environment and file
     * @throws InvalidSettingException for an unknown key
     */
    void configure(Main main, Map<String, String> arguments) throws IOException {
        SettingSources sources = settingSources();
        sources.refuseUnknownKeys();
        sources.nearMisses().forEach(LOGGER::warn);
        sources.overrides(arguments).forEach(main::addOverrideProperty);
        main.setPropertyPlaceholderLocations(settingsLocations());
        main.addMainListener(new Wiring(version()));
        // Camel's default brings a shutdown hook. Where ours, which stops the context, comes upon it, it waits for 37 s
        // until the context has stopped.
        main.setShutdownStrategy(new SimpleMainShutdownStrategy());
    }

    /**
     * The pattern by which Camel finds the routes.
     *
     * @throws InvalidSettingException for a YAML file that would be passed over because of its name
     */
    String routesPattern() throws IOException {
        Path routes = home.resolve("routes");
        if (Files.isDirectory(routes)) {
            try (DirectoryStream<Path> files = Files.newDirectoryStream(routes, "*.{yaml,yml}")) {
                for (Path file : files) {
                    requireRouteFile(file);
                }
            }
        }
        return "file:" + routes + "/*" + ROUTE_FILE;
    }

    private static void requireRouteFile(Path file) {
        String name = file.getFileName().toString();
        if (!name.endsWith(ROUTE_FILE) && !name.startsWith(".") && Files.isRegularFile(file)) {
            throw new InvalidSettingException("routes/" + name + " is not read: name it "
                    + name.replaceFirst("(\\.camel)?\\.ya?ml$", ROUTE_FILE) + ", or take it out of the folder");
        }
    }

    /** Of two places that have a key, Camel takes the first. */
    private String settingsLocations() {
        String shipped = "classpath:" + SHIPPED_SETTINGS;
        Path own = home.resolve(SHIPPED_SETTINGS);
        return Files.exists(own) ? "file:" + own + "," + shipped : shipped;
    }

    private SettingSources settingSources() throws IOException {
        Properties shipped = new Properties();
        try (InputStream in = ProgramFolder.class.getResourceAsStream("/" + SHIPPED_SETTINGS)) {
            shipped.load(in);
        }
        Properties own = new Properties();
        if (Files.exists(home.resolve(SHIPPED_SETTINGS))) {
            try (Reader in = Files.newBufferedReader(home.resolve(SHIPPED_SETTINGS), StandardCharsets.UTF_8)) {
                own.load(in);
            }
        }
        Map<String, String> systemProperties = System.getProperties().stringPropertyNames().stream()
                .collect(Collectors.toMap(key -> key, System::getProperty));
        return new SettingSources(
                shipped.stringPropertyNames(), own.stringPropertyNames(), systemProperties, System.getenv());
    }
}
