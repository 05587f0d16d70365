package io.imagetransformer.camel;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

import javax.net.ssl.SSLException;

import inference.GRPCInferenceServiceGrpc;
import inference.GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub;
import inference.GrpcPredictV2.ModelReadyRequest;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ChannelCredentials;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.Context;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.Producer;
import org.apache.camel.component.kserve.KServeComponent;
import org.apache.camel.component.kserve.KServeEndpoint;
import org.apache.camel.component.kserve.KServeProducer;
import org.apache.camel.spi.annotations.Component;

import io.imagetransformer.config.Settings;
import io.imagetransformer.predictor.Answer;

/**
 * camel-kserve, with what its own channel lacks: one channel for all endpoints, a deadline for each call, TLS, answers of
 * more than 4 MiB, and a new connection at once after a call that was not answered (gRPC's own back-off goes up to two
 * minutes, and nobody notices a host that vanished). Why: {@code docs/decisions/0008-grpc.md}.
 */
@Component("kserve") // or Camel does not find the options of its endpoints
final class KServeChannel extends KServeComponent implements PredictorHealth {
    private static final Duration HEALTH_TIMEOUT = Duration.ofSeconds(5);

    private static final Context.Key<Metadata> METADATA = Context.key("forwarded");

    /** What gRPC takes as a text; names with {@code grpc-} are its own. */
    private static final Pattern NAME = Pattern.compile("(?!grpc-)[0-9a-z_.-]+(?<!-bin)");

    private final Settings.Predictor predictor;
    private final ManagedChannel channel;

    KServeChannel(Settings.Predictor predictor) {
        this.predictor = predictor;
        ChannelCredentials credentials =
                predictor.useSsl() ? TlsChannelCredentials.create() : InsecureChannelCredentials.create();
        String target = "dns:///" + predictor.host();
        getConfiguration().setTarget(target);
        channel = Grpc.newChannelBuilder(target, credentials)
                .maxInboundMessageSize(Answer.MOST_BYTES)
                .build();
    }

    @Override
    protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters) throws Exception {
        KServeEndpoint endpoint = new KServeEndpoint(
                uri, this, remaining, getConfiguration().copy()) {
            @Override
            public GRPCInferenceServiceBlockingStub getInferenceService() {
                return service(predictor.timeout());
            }

            @Override
            public Producer createProducer() {
                return new KServeProducer(this) {
                    @Override
                    public void process(Exchange exchange) {
                        Metadata metadata = metadata(exchange.getMessage().getHeaders());
                        Context.current().withValue(METADATA, metadata).run(() -> super.process(exchange));
                    }
                };
            }
        };
        setProperties(endpoint, parameters);
        return endpoint;
    }

    /** Headers of the message go as metadata of the call, as camel-http sends them. */
    private static Metadata metadata(Map<String, Object> headers) {
        Metadata metadata = new Metadata();
        headers.forEach((name, value) -> {
            if (NAME.matcher(name).matches()) {
                metadata.put(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER), value.toString());
            }
        });
        return metadata;
    }

    private GRPCInferenceServiceBlockingStub service(Duration timeout) {
        return GRPCInferenceServiceGrpc.newBlockingStub(channel).withInterceptors(new Calls(timeout));
    }

    @Override
    protected void doShutdown() throws Exception {
        channel.shutdownNow();
        super.doShutdown();
    }

    @Override
    public Optional<String> trouble() {
        ModelReadyRequest question = ModelReadyRequest.newBuilder()
                .setName(predictor.modelName())
                .setVersion(predictor.modelVersion())
                .build();
        try {
            return service(HEALTH_TIMEOUT).modelReady(question).getReady()
                    ? Optional.empty()
                    : Optional.of("the predictor is not ready: " + predictor.host() + " says so of model "
                            + predictor.modelName());
        } catch (StatusRuntimeException e) {
            // What the transport says has a cause; what the predictor says has none.
            return Optional.of(
                    e.getStatus().getCause() != null
                            ? "the predictor at " + predictor.host() + " cannot be reached" + byTls(e.getStatus())
                            : "the predictor is not ready: " + predictor.host() + " answers "
                                    + e.getStatus().getCode());
        }
    }

    private static String byTls(Status status) {
        for (Throwable cause = status.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof SSLException) {
                return " by TLS: " + cause.getMessage() + " (see tls.ca-file)";
            }
        }
        return "";
    }

    /** What is added to each call. */
    private final class Calls implements ClientInterceptor {
        private final Duration timeout;

        Calls(Duration timeout) {
            this.timeout = timeout;
        }

        @Override
        public <Q, A> ClientCall<Q, A> interceptCall(MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
            CallOptions limited = options.withDeadlineAfter(timeout.toMillis(), TimeUnit.MILLISECONDS);
            return new SimpleForwardingClientCall<>(next.newCall(method, limited)) {
                @Override
                public void start(Listener<A> listener, Metadata headers) {
                    Metadata forwarded = METADATA.get();
                    if (forwarded != null) {
                        headers.merge(forwarded);
                    }
                    super.start(
                            new SimpleForwardingClientCallListener<>(listener) {
                                @Override
                                public void onClose(Status status, Metadata trailers) {
                                    if (status.getCode() == Status.Code.UNAVAILABLE
                                            || status.getCode() == Status.Code.DEADLINE_EXCEEDED) {
                                        channel.enterIdle();
                                    }
                                    super.onClose(status, trailers);
                                }
                            },
                            headers);
                }
            };
        }
    }
}
