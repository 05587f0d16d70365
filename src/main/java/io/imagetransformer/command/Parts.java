package io.imagetransformer.command;

import software.amazon.awssdk.services.s3.S3Client;

import io.imagetransformer.camel.KafkaClients;
import io.imagetransformer.config.Settings;

/**
 * What the commands work with, made from the settings.
 *
 * @param terminal whether a person sees standard error as it is written
 * @param closing gives all of it back
 */
public record Parts(
        Settings settings, KafkaClients kafka, S3Client sourceS3, S3Client outputS3, boolean terminal, Runnable closing)
        implements AutoCloseable {

    /** Opened when a command begins its work, and not for its help. */
    @FunctionalInterface
    public interface Opening {
        /** @throws Exception where the settings are wrong */
        Parts open() throws Exception;
    }

    @Override
    public void close() {
        closing.run();
    }
}
