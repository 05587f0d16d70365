package io.imagetransformer.camel;

import java.util.Optional;

import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.jspecify.annotations.Nullable;

import io.imagetransformer.TransientFailure;
import io.imagetransformer.delivery.Chunk;
import io.imagetransformer.delivery.Outages;
import io.imagetransformer.predictor.Answer;
import io.imagetransformer.predictor.HttpAnswer;
import io.imagetransformer.predictor.V2Protocol;

/** Around the predictor's calls, whatever its protocol: the chunk is kept meanwhile, the answer becomes predictions of it. */
abstract class Predictor {
    private static final long LONGEST_RETRY_AFTER_SECONDS = 60;

    /** What is shorter can be anything: a sampling flag, a tenant. */
    private static final int SHORTEST_SECRET = 6;

    private final String who;
    private final Outages outages;
    private final PredictorProbe probe;
    private final Meters meters;

    /**
     * @param who the predictor, for a person
     * @param probe is shown an instance that the predictor took
     */
    Predictor(String who, Outages outages, PredictorProbe probe, Meters meters) {
        this.who = who;
        this.outages = outages;
        this.probe = probe;
        this.meters = meters;
    }

    /** The call itself failed. */
    public void unreachable(Exchange exchange) {
        Exception cause = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Exception.class);
        throw unavailable("cannot be reached: " + cause.getMessage(), 0, cause);
    }

    /** Puts the chunk of the body aside; its forwarded headers are all that goes with the call that follows. */
    Chunk begin(Exchange exchange) {
        Message message = exchange.getMessage();
        Chunk chunk = message.getBody(Chunk.class);
        Exchanges.put(exchange, chunk);
        Exchanges.putSent(exchange, outages.now());
        message.removeHeaders("*");
        chunk.forwardedHeaders().forEach(message::setHeader);
        return chunk;
    }

    /**
     * Body: becomes the {@link Chunk} again.
     *
     * @param why nothing, or why the model's metadata are of no use
     */
    void learnt(Exchange exchange, Optional<Answer.Unavailable> why) {
        Chunk chunk = end(exchange);
        if (why.isPresent()) {
            throw unavailable(why.get(), chunk);
        }
    }

    private static Chunk end(Exchange exchange) {
        Chunk chunk = Exchanges.chunk(exchange);
        exchange.getMessage().removeHeaders("*");
        exchange.getMessage().setBody(chunk);
        return chunk;
    }

    /**
     * Body: becomes the {@link Chunk} again, with what the answer says of it.
     *
     * @throws TransientFailure where no instance is at fault
     */
    void end(Exchange exchange, Answer answer) {
        Chunk chunk = end(exchange);
        meters.answered(chunk.getToPredict().size());
        if (answer instanceof Answer.Predictions all) {
            outages.back(who, Exchanges.sent(exchange));
            probe.remember(chunk.tensors().get(0));
            chunk.accept(all);
        } else if (answer instanceof Answer.Refused refused) {
            // Not back yet: the probe has to tell whether it takes any image.
            chunk.refuse(withoutSecrets(refused.what(), chunk));
        } else if (answer instanceof Answer.Unavailable unavailable) {
            throw unavailable(unavailable, chunk);
        }
    }

    private TransientFailure unavailable(Answer.Unavailable answer, Chunk chunk) {
        return unavailable(
                "gave no prediction: " + withoutSecrets(answer.what(), chunk), answer.retryAfterMillis(), null);
    }

    /** A predictor may quote what the caller's headers brought, whole or cut: its answer is told up to there. */
    private static String withoutSecrets(String what, Chunk chunk) {
        String told = what;
        for (String header : chunk.forwardedHeaders().values()) {
            String value = header.substring(header.indexOf(' ') + 1);
            int secret = value.length() < SHORTEST_SECRET ? -1 : told.indexOf(value.substring(0, SHORTEST_SECRET));
            told = secret < 0 ? told : told.substring(0, secret) + "… (a forwarded header)";
        }
        return told;
    }

    private TransientFailure unavailable(String what, long retryAfterMillis, @Nullable Exception cause) {
        String why = who + " " + what;
        outages.lost(who, why);
        return new TransientFailure(why, cause) {
            private static final long serialVersionUID = 1L;

            @Override
            public long retryAfterMillis() {
                return retryAfterMillis;
            }
        };
    }

    /** What camel-http brought. */
    static HttpAnswer httpAnswer(Exchange exchange) {
        Message message = exchange.getMessage();
        byte[] body = message.getBody(byte[].class);
        return new HttpAnswer(
                message.getHeader(Exchange.HTTP_RESPONSE_CODE, 0, Integer.class),
                retryAfterMillis(message),
                message.getHeader(V2Protocol.JSON_LENGTH, "", String.class),
                body == null ? new byte[0] : body);
    }

    /** Seconds only: a date would need the predictor's clock to be ours. */
    private static long retryAfterMillis(Message message) {
        String seconds = message.getHeader("Retry-After", "", String.class).strip();
        return seconds.matches("\\d{1,9}") ? 1_000 * Math.min(Long.parseLong(seconds), LONGEST_RETRY_AFTER_SECONDS) : 0;
    }
}
