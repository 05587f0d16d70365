package io.imagetransformer.camel;

import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.RuntimeCamelException;

import io.imagetransformer.delivery.Chunk;
import io.imagetransformer.delivery.SharedCalls;

/** Where HTTP requests meet to share a call of the predictor; batches from Kafka pass by. */
public final class CallSharing {
    private final ProducerTemplate template;

    public CallSharing(ProducerTemplate template) {
        this.template = template;
    }

    /**
     * Body: a {@link Chunk}, stays it; some or all of its instances may have predictions then.
     *
     * @param predictor the endpoint that shows a chunk to the predictor
     */
    public void ask(Exchange exchange, String predictor) throws InterruptedException {
        SharedCalls.Caller caller = Exchanges.callerOrNull(exchange);
        if (caller != null) {
            caller.ask(exchange.getMessage().getBody(Chunk.class), together -> call(predictor, together));
        }
    }

    /** On an exchange of its own: it belongs to no request. */
    private void call(String predictor, Chunk together) {
        Exchange done = template.send(predictor, call -> call.getMessage().setBody(together));
        if (done.getException() != null) {
            throw RuntimeCamelException.wrapRuntimeException(done.getException());
        }
    }
}
