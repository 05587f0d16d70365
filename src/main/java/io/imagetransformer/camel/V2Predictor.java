package io.imagetransformer.camel;

import org.apache.camel.Exchange;
import org.apache.camel.Message;

import io.imagetransformer.TransientFailure;
import io.imagetransformer.delivery.Chunk;
import io.imagetransformer.delivery.Outages;
import io.imagetransformer.predictor.Answer;
import io.imagetransformer.predictor.V2Model;
import io.imagetransformer.predictor.V2Protocol;

/** Around the HTTP calls of {@code predict-v2} and {@code learn-v2}. */
public final class V2Predictor extends Predictor {
    private final V2Model model;

    public V2Predictor(String who, Outages outages, PredictorProbe probe, Meters meters, V2Model model) {
        super(who, outages, probe, meters);
        this.model = model;
    }

    /** Whether {@code learn-v2} is to run before the next request. */
    public boolean isModelDoubtful() {
        return model.isDoubtful();
    }

    /** Body: a {@link Chunk}, becomes nothing, for a GET. */
    public void askMetadata(Exchange exchange) {
        begin(exchange);
        exchange.getMessage().setBody(null);
    }

    /**
     * Body: the model's metadata, become the {@link Chunk} again.
     *
     * @throws TransientFailure where they do not tell how to show our images to this model
     */
    public void learn(Exchange exchange) {
        learnt(exchange, V2Protocol.learn(httpAnswer(exchange), model));
    }

    /** Body: a {@link Chunk}, becomes JSON, or JSON and bytes. */
    public void request(Exchange exchange) {
        Chunk chunk = begin(exchange);
        Message message = exchange.getMessage();
        V2Protocol.Request request =
                V2Protocol.request(exchange.getExchangeId(), model.input(), model.options(), chunk.tensors());
        if (request.jsonLength() == null) {
            message.setHeader(Exchange.CONTENT_TYPE, "application/json");
        } else {
            message.setHeader(Exchange.CONTENT_TYPE, "application/octet-stream");
            message.setHeader(V2Protocol.JSON_LENGTH, request.jsonLength());
        }
        message.setBody(request.body());
    }

    /**
     * Body: the predictor's, becomes the {@link Chunk} again.
     *
     * @throws TransientFailure where no instance is at fault
     */
    public void answer(Exchange exchange) {
        int instances = Exchanges.chunk(exchange).getToPredict().size();
        Answer answer = V2Protocol.answer(httpAnswer(exchange), model.options(), instances);
        if (answer instanceof Answer.Refused) {
            model.refused();
        }
        end(exchange, answer);
    }
}
