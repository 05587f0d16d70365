package io.imagetransformer;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

import org.apache.camel.CamelContext;
import org.apache.camel.main.Main;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import software.amazon.awssdk.services.s3.S3Client;

import io.imagetransformer.camel.KafkaClients;
import io.imagetransformer.command.DeadLettersCommand;
import io.imagetransformer.command.Parts;
import io.imagetransformer.command.PrepareStartCommand;
import io.imagetransformer.command.ReconcileCommand;
import io.imagetransformer.config.Settings;

/**
 * The commands beside the pipeline, on the same settings. Exit codes: 0 done, 1 failed, with one line that says why, 2
 * wrong arguments, 3 done, but something was left out, as the output says.
 */
@Command(
        name = "kafka-image-transformer",
        description =
                "Without a command: the pipeline, with KServe's arguments (--model_name=..., --predictor_host=...).",
        footer = {
            "",
            "Settings: application.properties and environment, as for the pipeline.",
            "Exit codes: 0 done, " + "1 failed, 2 wrong arguments, 3 done but something left out."
        },
        mixinStandardHelpOptions = true,
        versionProvider = Commands.Version.class)
public final class Commands {
    private static final Set<String> OPTIONS = Set.of("-h", "--help", "-V", "--version");

    private final Path home;
    private final Map<String, String> settings;
    private final PrintWriter out;
    private final PrintWriter err;

    /**
     * @param home holds {@code application.properties}
     * @param settings win over environment and file
     * @param out for what was asked for
     * @param err for progress and errors
     */
    public Commands(Path home, Map<String, String> settings, PrintWriter out, PrintWriter err) {
        this.home = home;
        this.settings = Map.copyOf(settings);
        this.out = out;
        this.err = err;
    }

    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"kafka-image-transformer " + ProgramFolder.version()};
        }
    }

    /** KServe's arguments all begin with two hyphens; a word in the first place is meant for us. */
    static boolean isAskedFor(String... arguments) {
        return arguments.length > 0 && (!arguments[0].startsWith("-") || OPTIONS.contains(arguments[0]));
    }

    /** @return the exit code */
    public int run(String... arguments) {
        return new CommandLine(this)
                .addSubcommand(new DeadLettersCommand(this::open))
                .addSubcommand(new ReconcileCommand(this::open))
                .addSubcommand(new PrepareStartCommand(home))
                .setOut(out)
                .setErr(err)
                .setUsageHelpWidth(120)
                .setParameterExceptionHandler((mistake, given) -> {
                    String command = mistake.getCommandLine().getCommandSpec().qualifiedName();
                    err.println(command + ": " + oneLine(mistake.getMessage()) + "; " + command + " --help tells more");
                    return CommandLine.ExitCode.USAGE;
                })
                .setExecutionExceptionHandler((failure, command, given) -> {
                    err.println(
                            command.getCommandSpec().qualifiedName() + ": " + KafkaImageTransformer.reason(failure));
                    return CommandLine.ExitCode.SOFTWARE;
                })
                .execute(arguments);
    }

    private static String oneLine(String message) {
        return message.replaceAll("\\s+", " ").strip();
    }

    private Parts open() throws Exception {
        Main main = new Main();
        Map<String, String> overrides = new HashMap<>(settings);
        // The ports are the pipeline's.
        overrides.put("http.enabled", "false");
        overrides.put("management.enabled", "false");
        new ProgramFolder(home).configure(main, overrides);
        main.configure().setRoutesIncludePattern("false");
        main.init();
        CamelContext context = main.getCamelContext();
        Settings valid = context.getRegistry().lookupByNameAndType("settings", Settings.class);
        return new Parts(
                valid,
                new KafkaClients(context, valid.kafka().brokers()),
                context.getRegistry().lookupByNameAndType("sourceS3", S3Client.class),
                context.getRegistry().lookupByNameAndType("outputS3", S3Client.class),
                Boolean.getBoolean("image-transformer.terminal"),
                main::shutdown);
    }
}
