package io.imagetransformer.camel;

import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.jspecify.annotations.Nullable;

import io.imagetransformer.TransientFailure;
import io.imagetransformer.delivery.Chunk;
import io.imagetransformer.delivery.Outages;
import io.imagetransformer.predictor.Answer;
import io.imagetransformer.predictor.V1Protocol;

/** Around the HTTP call of {@code predict-v1}: the chunk becomes a request, the answer predictions of the chunk. */
public final class V1Predictor {
    private static final long LONGEST_RETRY_AFTER_SECONDS = 60;

    private final String who;
    private final Outages outages;
    private final PredictorProbe probe;

    /**
     * @param who the predictor, for a person
     * @param probe is shown an instance that the predictor took
     */
    public V1Predictor(String who, Outages outages, PredictorProbe probe) {
        this.who = who;
        this.outages = outages;
        this.probe = probe;
    }

    /** Body: a {@link Chunk}, becomes JSON; headers: those to send, and no others. */
    public void request(Exchange exchange) {
        Message message = exchange.getMessage();
        Chunk chunk = message.getBody(Chunk.class);
        Exchanges.put(exchange, chunk);
        message.removeHeaders("*");
        chunk.forwardedHeaders().forEach(message::setHeader);
        message.setHeader(Exchange.CONTENT_TYPE, "application/json");
        message.setBody(V1Protocol.request(chunk.tensors()));
    }

    /**
     * Body: the predictor's, becomes the {@link Chunk} again.
     *
     * @throws TransientFailure where no instance is at fault
     */
    public void answer(Exchange exchange) {
        Message message = exchange.getMessage();
        Chunk chunk = Exchanges.chunk(exchange);
        byte[] body = message.getBody(byte[].class);
        Answer answer = V1Protocol.answer(
                message.getHeader(Exchange.HTTP_RESPONSE_CODE, 0, Integer.class),
                retryAfterMillis(message),
                body == null ? new byte[0] : body,
                chunk.getToPredict().size());
        message.removeHeaders("*");
        message.setBody(chunk);
        if (answer instanceof Answer.Predictions all) {
            outages.back(who);
            probe.remember(chunk.tensors().get(0));
            chunk.accept(all);
        } else if (answer instanceof Answer.Refused refused) {
            // Not back yet: the probe has to tell whether it takes any image.
            chunk.refuse(refused.what());
        } else if (answer instanceof Answer.Unavailable unavailable) {
            throw unavailable(who + " gave no answer: " + unavailable.what(), unavailable.retryAfterMillis(), null);
        }
    }

    /** The call itself failed. */
    public void unreachable(Exchange exchange) {
        Exception cause = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Exception.class);
        throw unavailable(who + " cannot be reached: " + cause.getMessage(), 0, cause);
    }

    private TransientFailure unavailable(String why, long retryAfterMillis, @Nullable Exception cause) {
        outages.lost(who, why);
        return new TransientFailure(why, cause) {
            private static final long serialVersionUID = 1L;

            @Override
            public long retryAfterMillis() {
                return retryAfterMillis;
            }
        };
    }

    /** Seconds only: a date would need the predictor's clock to be ours. */
    private static long retryAfterMillis(Message message) {
        String seconds = message.getHeader("Retry-After", "", String.class).strip();
        return seconds.matches("\\d{1,9}") ? 1_000 * Math.min(Long.parseLong(seconds), LONGEST_RETRY_AFTER_SECONDS) : 0;
    }
}
