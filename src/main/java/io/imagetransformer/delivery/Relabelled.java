package io.imagetransformer.delivery;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.imagetransformer.event.ObjectRef;
import io.imagetransformer.event.Printable;

/**
 * Notices an image that is filed under another key than the last time: its object was replaced, or the model's answer
 * changed. The older copy stays where it is, for only a person knows whether it is stale; so it is told of, once.
 *
 * <p>Remembers the last {@link #REMEMBERED} images of this process; see decision 0005 for what that leaves out.
 */
public final class Relabelled {
    private static final Logger LOGGER = LoggerFactory.getLogger(Relabelled.class);
    private static final int REMEMBERED = 20_000;

    private final Map<List<String>, Outcome.Filed> last =
            Collections.synchronizedMap(new LinkedHashMap<>(256, 0.75f, true) {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<List<String>, Outcome.Filed> eldest) {
                    return size() > REMEMBERED;
                }
            });

    /** The copy of the time before, where it lies elsewhere; null where none does. */
    public Outcome.@Nullable Filed filed(ObjectRef object, Outcome.Filed now) {
        Outcome.Filed before = last.put(List.of(object.bucket(), object.key()), now);
        if (before == null || before.equals(now)) {
            return null;
        }
        LOGGER.atWarn()
                .addKeyValue("bucket", before.bucket())
                .log(
                        "an image of bucket {} was filed in {} before and is filed in {} now: its copy in {} stays,"
                                + " delete it if it is stale",
                        object.bucket(),
                        place(before),
                        place(now),
                        place(before));
        return before;
    }

    private static String place(Outcome.Filed filed) {
        return filed.bucket() + "/" + Printable.with('?', filed.key());
    }
}
