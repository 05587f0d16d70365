package io.imagetransformer.command;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

import com.fasterxml.jackson.databind.json.JsonMapper;
import org.jspecify.annotations.Nullable;

/**
 * How far a walk over a bucket is: what is written to the state file.
 *
 * @param bucket that is walked
 * @param prefix of the keys
 * @param since ISO 8601, as the walk began with it; null: from the beginning
 * @param until as above; never null
 * @param lastKey all up to it are done; null: none yet
 */
record ReconcileState(
        String bucket,
        String prefix,
        @Nullable String since,
        String until,
        @Nullable String lastKey,
        ReconcileCounts counts) {
    private static final JsonMapper JSON = new JsonMapper();

    /** @throws CommandFailure where it cannot be read */
    static ReconcileState read(Path file) {
        try {
            return JSON.readValue(Files.readAllBytes(file), ReconcileState.class);
        } catch (IOException e) {
            throw new CommandFailure("the state file " + file + " cannot be read ("
                    + String.valueOf(e.getMessage()).lines().findFirst().orElse("") + "): name another, or delete it");
        }
    }

    /**
     * Whole or not at all, whenever the process or the machine stops.
     *
     * @throws CommandFailure where it cannot be written
     */
    void write(Path file) {
        Path absolute = file.toAbsolutePath();
        Path half = absolute.resolveSibling(absolute.getFileName() + ".new");
        try {
            try (FileChannel channel = FileChannel.open(
                    half, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
                ByteBuffer bytes = ByteBuffer.wrap(JSON.writeValueAsBytes(this));
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            Files.move(half, absolute, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new CommandFailure("the state file " + file + " cannot be written ("
                    + e.getClass().getSimpleName() + "): name another with --state");
        }
    }
}
