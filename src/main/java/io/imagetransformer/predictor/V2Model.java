package io.imagetransformer.predictor;

import java.util.List;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

import io.imagetransformer.image.ImageSettings;

/**
 * What is known of a V2 model's input: learnt from its metadata before the first call, and again after it refused one,
 * for then another version of the model may be there. Safe for use by many threads.
 */
public final class V2Model {
    private final V2Options options;
    private final ImageSettings image;
    private volatile @Nullable V2Input input;
    private volatile boolean doubtful = true;

    public V2Model(V2Options options, ImageSettings image) {
        this.options = options;
        this.image = image;
    }

    public V2Options options() {
        return options;
    }

    /** Whether the metadata are to be asked for before the next call. */
    public boolean isDoubtful() {
        return doubtful;
    }

    /** As it was learnt last. */
    public V2Input input() {
        V2Input known = input;
        if (known == null) {
            throw new IllegalStateException("no metadata yet: the step that learns them is missing in the route");
        }
        return known;
    }

    /**
     * @param inputs as the metadata say
     * @return nothing, or why no image can be shown to this model
     */
    public Optional<Answer.Unavailable> learn(List<V2Input.Told> inputs) {
        try {
            input = V2Input.of(inputs, options, image);
            doubtful = false;
            return Optional.empty();
        } catch (V2Input.Unfit e) {
            return Optional.of(new Answer.Unavailable("the model does not take our images: " + e.getMessage(), 0));
        }
    }

    /** It refused what it took before. */
    public void refused() {
        doubtful = true;
    }
}
