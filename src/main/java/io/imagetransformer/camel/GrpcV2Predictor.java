package io.imagetransformer.camel;

import java.util.Optional;

import inference.GrpcPredictV2.ModelInferResponse;
import inference.GrpcPredictV2.ModelMetadataRequest;
import inference.GrpcPredictV2.ModelMetadataResponse;
import io.grpc.StatusRuntimeException;
import org.apache.camel.Exchange;

import io.imagetransformer.TransientFailure;
import io.imagetransformer.delivery.Chunk;
import io.imagetransformer.delivery.Outages;
import io.imagetransformer.predictor.Answer;
import io.imagetransformer.predictor.GrpcV2Protocol;
import io.imagetransformer.predictor.V2Model;

/** Around the gRPC calls of {@code predict-grpc-v2} and {@code learn-grpc-v2}. */
public final class GrpcV2Predictor extends Predictor {
    private final V2Model model;

    public GrpcV2Predictor(String who, Outages outages, PredictorProbe probe, Meters meters, V2Model model) {
        super(who, outages, probe, meters);
        this.model = model;
    }

    /** Whether {@code learn-grpc-v2} is to run before the next request. */
    public boolean isModelDoubtful() {
        return model.isDoubtful();
    }

    /** Body: a {@link Chunk}, becomes the question. */
    public void askMetadata(Exchange exchange) {
        begin(exchange);
        exchange.getMessage().setBody(ModelMetadataRequest.getDefaultInstance());
    }

    /**
     * Body: the model's metadata, become the {@link Chunk} again.
     *
     * @throws TransientFailure where they do not tell how to show our images to this model
     */
    public void learn(Exchange exchange) {
        ModelMetadataResponse metadata = exchange.getMessage().getBody(ModelMetadataResponse.class);
        learnt(exchange, GrpcV2Protocol.learn(metadata, model));
    }

    /** The metadata were refused, or the call failed. */
    public void noMetadata(Exchange exchange) {
        Answer failure = failure(exchange);
        String what =
                failure instanceof Answer.Refused refused ? refused.what() : ((Answer.Unavailable) failure).what();
        learnt(exchange, Optional.of(new Answer.Unavailable("no metadata of the model: " + what, 0)));
    }

    /** Body: a {@link Chunk}, becomes the request; model and version stand in the route. */
    public void request(Exchange exchange) {
        Chunk chunk = begin(exchange);
        exchange.getMessage()
                .setBody(GrpcV2Protocol.request(
                        exchange.getExchangeId(), model.input(), model.options(), chunk.tensors()));
    }

    /**
     * Body: the predictor's, becomes the {@link Chunk} again.
     *
     * @throws TransientFailure where no instance is at fault
     */
    public void answer(Exchange exchange) {
        int instances = Exchanges.chunk(exchange).getToPredict().size();
        ModelInferResponse response = exchange.getMessage().getBody(ModelInferResponse.class);
        conclude(exchange, GrpcV2Protocol.answer(response, model.options(), instances));
    }

    /**
     * The call failed; body: becomes the {@link Chunk} again.
     *
     * @throws TransientFailure where no instance is at fault
     */
    public void failed(Exchange exchange) {
        conclude(exchange, failure(exchange));
    }

    private static Answer failure(Exchange exchange) {
        return GrpcV2Protocol.failure(exchange.getProperty(Exchange.EXCEPTION_CAUGHT, StatusRuntimeException.class)
                .getStatus());
    }

    private void conclude(Exchange exchange, Answer answer) {
        if (answer instanceof Answer.Refused) {
            model.refused();
        }
        end(exchange, answer);
    }
}
