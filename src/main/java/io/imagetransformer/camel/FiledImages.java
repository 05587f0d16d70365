package io.imagetransformer.camel;

import org.apache.camel.AggregationStrategy;
import org.apache.camel.Exchange;
import org.jspecify.annotations.Nullable;

import io.imagetransformer.delivery.Upload;

/**
 * Gives each image that went through {@code file-image} its outcome. A step behind the route could not: a {@code stop} in
 * a branch ends every route the image is in.
 *
 * <p>An image that failed is left alone: it has its outcome, or stays pending on purpose.
 */
public final class FiledImages implements AggregationStrategy {
    private final Uploads uploads;

    public FiledImages(Uploads uploads) {
        this.uploads = uploads;
    }

    /** The split goes on with what it began with, as it does without a strategy. */
    @Override
    public Exchange aggregate(@Nullable Exchange before, Exchange image, Exchange input) {
        Upload upload = Exchanges.uploadOrNull(image);
        if (upload != null && upload.isPending() && !upload.isLeft() && !image.isFailed()) {
            uploads.filed(image);
        }
        return input;
    }

    @Override
    public Exchange aggregate(@Nullable Exchange before, Exchange image) {
        throw new UnsupportedOperationException("a split passes its input, too");
    }
}
