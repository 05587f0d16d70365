package io.imagetransformer.sandbox;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * What the sandbox was asked for.
 *
 * @param help print {@link #HELP} and end
 * @param once end as soon as the sample images are filed
 * @param fresh throw away what earlier runs left
 * @param freePorts leave the usual ports to others
 * @param within how long the sample images may take
 * @param data where buckets, topics and the inbox lie
 * @param predictor {@code host:port} of a model server to use instead of the sandbox's own; null: none
 * @param protocol the predictor's, as {@code predictor.protocol}; null: as the settings say
 */
record SandboxOptions(
        boolean help,
        boolean once,
        boolean fresh,
        boolean freePorts,
        Duration within,
        Path data,
        @Nullable String predictor,
        @Nullable String protocol) {

    static final String HELP = """
            Starts a Kafka broker, an S3 server and a model server in one process, and the pipeline on them as it is
            shipped; uploads sample images, shows where they are filed, and runs until Ctrl-C.

              --once                  end as soon as the sample images are filed: 0 if each is under the digit that it
                                      shows, else 1
              --within <seconds>      how long the sample images may take: 60
              --fresh                 first throw away the buckets and topics that earlier runs left
              --data <folder>         where buckets, topics and inbox lie: sandbox-data
              --free-ports            ports that nothing uses; else the usual ones, where they are free
              --predictor <host:port> a model server of yours instead of the sandbox's
              --protocol <protocol>   what the predictor speaks: v1, v2 or grpc-v2
              --help                  this text""";

    /**
     * @param home the folder of the checkout: relative folders are meant from there
     * @throws IllegalArgumentException for what is no option
     */
    static SandboxOptions parse(List<String> arguments, Path home) {
        boolean help = false;
        boolean once = false;
        boolean fresh = false;
        boolean freePorts = false;
        Duration within = Duration.ofSeconds(60);
        Path data = home.resolve("sandbox-data");
        String predictor = null;
        String protocol = null;
        Deque<String> left = new ArrayDeque<>(arguments);
        while (!left.isEmpty()) {
            String option = left.pop();
            switch (option) {
                case "--help" -> help = true;
                case "--once" -> once = true;
                case "--fresh" -> fresh = true;
                case "--free-ports" -> freePorts = true;
                case "--within" -> within = seconds(value(option, left));
                case "--data" -> data = home.resolve(value(option, left)).normalize();
                case "--predictor" -> predictor = value(option, left);
                case "--protocol" -> protocol = value(option, left);
                default -> throw new IllegalArgumentException(option + " is no option; --help lists them");
            }
        }
        return new SandboxOptions(help, once, fresh, freePorts, within, data, predictor, protocol);
    }

    private static String value(String option, Deque<String> left) {
        if (left.isEmpty()) {
            throw new IllegalArgumentException(option + " needs a value; --help tells which");
        }
        return left.pop();
    }

    private static Duration seconds(String text) {
        try {
            long seconds = Long.parseLong(text);
            if (seconds > 0) {
                return Duration.ofSeconds(seconds);
            }
        } catch (NumberFormatException e) {
            // said below, with the rule
        }
        throw new IllegalArgumentException("--within " + text + ": give whole seconds, 1 or more");
    }
}
