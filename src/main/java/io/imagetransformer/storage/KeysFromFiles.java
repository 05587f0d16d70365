package io.imagetransformer.storage;

import java.io.UncheckedIOException;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;

import io.imagetransformer.config.Settings;

/**
 * Keys of which one or both stand in files, read again every second: a rotated key holds for the next call. While a file
 * cannot be read, or is empty (somebody is writing it), the last keys stay.
 */
final class KeysFromFiles implements AwsCredentialsProvider {
    private static final long FRESH_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Settings.Store store;
    private @Nullable AwsCredentials last;
    private long readAt;

    KeysFromFiles(Settings.Store store) {
        this.store = store;
    }

    @Override
    public synchronized AwsCredentials resolveCredentials() {
        AwsCredentials known = last;
        long now = System.nanoTime();
        if (known != null && now - readAt < FRESH_NANOS) {
            return known;
        }
        readAt = now;
        try {
            known = AwsBasicCredentials.create(
                    store.accessKey().value(), store.secretKey().value());
            last = known;
            return known;
        } catch (UncheckedIOException | IllegalArgumentException | NullPointerException e) {
            if (known == null) {
                throw e;
            }
            return known;
        }
    }
}
