package io.imagetransformer.camel;

import org.apache.camel.AggregationStrategy;
import org.apache.camel.Exchange;
import org.jspecify.annotations.Nullable;

import io.imagetransformer.delivery.Upload;

/**
 * Gives their outcome to images whose route said {@code stop}: that ends every route the image is in, so the step
 * {@code image-filed} of the calling route never runs, and the image would be taken for unfinished for ever.
 *
 * <p>An image that failed is left alone: it has its outcome, or stays pending on purpose.
 */
public final class StoppedImages implements AggregationStrategy {
    private final Uploads uploads;

    public StoppedImages(Uploads uploads) {
        this.uploads = uploads;
    }

    /** The split goes on with what it began with, as it does without a strategy. */
    @Override
    public Exchange aggregate(@Nullable Exchange before, Exchange image, Exchange input) {
        Upload upload = Exchanges.uploadOrNull(image);
        boolean failed = image.isFailed() || image.getProperty(Exchange.EXCEPTION_CAUGHT) != null;
        if (upload != null && upload.isPending() && image.isRouteStop() && !failed) {
            uploads.filed(image);
        }
        return input;
    }

    @Override
    public Exchange aggregate(@Nullable Exchange before, Exchange image) {
        throw new UnsupportedOperationException("a split passes its input, too");
    }
}
