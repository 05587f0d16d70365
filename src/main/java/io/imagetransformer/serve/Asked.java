package io.imagetransformer.serve;

import java.util.List;

import org.jspecify.annotations.Nullable;

import io.imagetransformer.event.Decoded;

/** What a request asks for. */
public sealed interface Asked {
    /** Nothing that takes work: here is the answer. */
    record Nothing(HttpResponse response) implements Asked {}

    /** To classify and file the objects that its events tell of. */
    record Events(Reply reply, List<Decoded> decoded) implements Asked {
        public Events {
            decoded = List.copyOf(decoded);
        }
    }

    /**
     * To classify the picture that it brought.
     *
     * @param bytes not copied
     * @param contentType as the request told it
     * @param key under which it is to be filed; null: it is not filed
     */
    record Picture(
            Reply reply,
            byte[] bytes,
            String contentType,
            @Nullable String key) implements Asked {}
}
