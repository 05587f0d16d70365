package io.imagetransformer.sandbox;

import org.jspecify.annotations.Nullable;

/** Objects that lie nowhere: more of them than fit into memory. Called by many threads at once. */
public interface GeneratedObjects {
    /** The object's bytes, the same each time; null where the store is to answer. */
    byte @Nullable [] read(String bucket, String key);

    /** Whether the object was taken; if not, the store gets it. Who takes an object does not keep it for reading. */
    boolean write(String bucket, String key, byte[] content);
}
