package io.imagetransformer.camel;

import org.apache.camel.Exchange;

import io.imagetransformer.TransientFailure;
import io.imagetransformer.delivery.Chunk;
import io.imagetransformer.delivery.Outages;
import io.imagetransformer.predictor.V1Protocol;

/** Around the HTTP call of {@code predict-v1}. */
public final class V1Predictor extends Predictor {

    public V1Predictor(String who, Outages outages, PredictorProbe probe, Meters meters) {
        super(who, outages, probe, meters);
    }

    /** Body: a {@link Chunk}, becomes JSON. */
    public void request(Exchange exchange) {
        Chunk chunk = begin(exchange);
        exchange.getMessage().setHeader(Exchange.CONTENT_TYPE, "application/json");
        exchange.getMessage().setBody(V1Protocol.request(chunk.tensors()));
    }

    /**
     * Body: the predictor's, becomes the {@link Chunk} again.
     *
     * @throws TransientFailure where no instance is at fault
     */
    public void answer(Exchange exchange) {
        int instances = Exchanges.chunk(exchange).getToPredict().size();
        end(exchange, V1Protocol.answer(httpAnswer(exchange), instances));
    }
}
