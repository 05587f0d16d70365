package io.imagetransformer.camel;

import org.apache.camel.Exchange;
import org.jspecify.annotations.Nullable;

import io.imagetransformer.TransientFailure;
import io.imagetransformer.delivery.Chunk;
import io.imagetransformer.delivery.Outages;
import io.imagetransformer.image.Tensor;

/**
 * Who is at fault where the predictor refuses an image? It is asked about an instance that it took before (or, before it
 * took any, about a blank picture): if it does not take that, the predictor is. If it does, it is asked about the image
 * once more, because it may have been in trouble the first time: only who is refused again is at fault.
 */
public final class PredictorProbe {
    private static final String DOUBTFUL = "doubtfulChunk";

    private final Tensor blank;
    private final String who;
    private final Outages outages;
    private volatile @Nullable Tensor known;

    /**
     * @param blank a picture of one colour, of the model's shape
     * @param who the predictor, for a person
     */
    public PredictorProbe(Tensor blank, String who, Outages outages) {
        this.blank = blank;
        this.who = who;
        this.outages = outages;
    }

    void remember(Tensor taken) {
        if (known == null) {
            known = taken;
        }
    }

    /** Body: the doubtful {@link Chunk}, becomes the probe. */
    public void choose(Exchange exchange) {
        Chunk doubtful = exchange.getMessage().getBody(Chunk.class);
        exchange.setProperty(DOUBTFUL, doubtful);
        Tensor tensor = known;
        exchange.getMessage().setBody(doubtful.probe(tensor == null ? blank : tensor));
    }

    /**
     * Body: the probe, becomes the doubtful {@link Chunk} again.
     *
     * @throws TransientFailure if the predictor refused the probe, too
     */
    public void judge(Exchange exchange) {
        Chunk probe = exchange.getMessage().getBody(Chunk.class);
        Chunk doubtful = exchange.getProperty(DOUBTFUL, Chunk.class);
        if (probe.getPredicted().isEmpty()) {
            String why = who + " refuses every image, also one that is known to be good: " + doubtful.refusal();
            outages.lost(who, why);
            throw new TransientFailure(why);
        }
        exchange.getMessage().setBody(doubtful);
    }

    /** Body: a {@link Chunk} whose refused instances are at fault: they get their outcome. */
    public void judgeRefused(Exchange exchange) {
        exchange.getMessage().getBody(Chunk.class).blameRefused();
    }
}
