package io.imagetransformer.event;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * What one event record turned out to be; a Kafka record or HTTP body decodes to a list of these. Never null, never an
 * exception.
 *
 * <p>Details are one line of at most some 300 characters, control characters escaped, for a person: they tell what the
 * input looked like, and never quote user metadata or request headers. Their wording is no promise; the codes are.
 */
public sealed interface Decoded {

    /**
     * A new object's bytes are there: go on.
     *
     * @param object which one
     * @param cloudEventAttributes the attributes and extensions of the CloudEvent that brought it, by their names in the
     *     CloudEvents specification ({@code id}, {@code source}, {@code type}, {@code specversion}, {@code time},
     *     {@code subject}, {@code datacontenttype}, {@code dataschema}, extensions in {@code [a-z0-9]+}); empty if no
     *     CloudEvent did. They come from outside: data, never names of headers that steer something. Of a CloudEvent
     *     within the body of another, the inner one's. Immutable, sorted by name
     */
    record Created(ObjectRef object, Map<String, String> cloudEventAttributes) implements Decoded {
        public Created {
            cloudEventAttributes = Collections.unmodifiableSortedMap(new TreeMap<>(cloudEventAttributes));
        }
    }

    /** Nothing to do, and nobody's fault: counted. */
    record Ignored(IgnoredReason reason, String detail) implements Decoded {}

    /** No event that we know, and no repetition will make it one: a permanent failure of this record. */
    record Malformed(MalformedReason reason, String detail) implements Decoded {}
}
