package io.imagetransformer.sandbox;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.sun.net.httpserver.Headers;
import inference.GRPCInferenceServiceGrpc.GRPCInferenceServiceImplBase;
import inference.GrpcPredictV2.InferTensorContents;
import inference.GrpcPredictV2.ModelInferRequest;
import inference.GrpcPredictV2.ModelInferResponse;
import inference.GrpcPredictV2.ModelMetadataRequest;
import inference.GrpcPredictV2.ModelMetadataResponse;
import inference.GrpcPredictV2.ModelReadyRequest;
import inference.GrpcPredictV2.ModelReadyResponse;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerCredentials;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import org.jspecify.annotations.Nullable;

import io.imagetransformer.sandbox.EmbeddedPredictor.AnswerForm;
import io.imagetransformer.sandbox.PredictorBehaviour.Answer;
import io.imagetransformer.sandbox.PredictorBehaviour.Prediction;

/**
 * The Open Inference Protocol over gRPC, as a server sees it. A behaviour's HTTP status becomes the code that means the
 * same; a body that is no message, a message without outputs; a dropped connection, the code that a client sees then.
 */
final class V2Grpc extends GRPCInferenceServiceImplBase {
    private static final Context.Key<Headers> HEADERS = Context.key("headers");
    private static final String CONTENT_TYPE = "application/grpc";

    private final String modelName;
    private final Supplier<ModelInput> input;
    private final AtomicInteger metadataRequests;
    private final Predicts predicts;

    /** What the predictor does with instances that were understood. */
    @FunctionalInterface
    interface Predicts {
        Answer answer(Headers headers, List<float[]> instances, boolean raw) throws InterruptedException;
    }

    V2Grpc(String modelName, Supplier<ModelInput> input, AtomicInteger metadataRequests, Predicts predicts) {
        this.modelName = modelName;
        this.input = input;
        this.metadataRequests = metadataRequests;
        this.predicts = predicts;
    }

    /** @throws BindException if the port is taken; the message names it */
    static Server start(
            InetSocketAddress address, ServerCredentials credentials, V2Grpc service, ExecutorService threads)
            throws IOException {
        try {
            return NettyServerBuilder.forAddress(address, credentials)
                    .addService(service)
                    .intercept(new KeepsHeaders())
                    .executor(threads)
                    .build()
                    .start();
        } catch (IOException e) {
            BindException named = new BindException("predictor: " + address + ": " + e.getMessage());
            named.initCause(e);
            throw named;
        }
    }

    @Override
    public void modelReady(ModelReadyRequest request, StreamObserver<ModelReadyResponse> caller) {
        if (isThere(request.getName(), caller)) {
            answer(caller, ModelReadyResponse.newBuilder().setReady(true).build());
        }
    }

    @Override
    public void modelMetadata(ModelMetadataRequest request, StreamObserver<ModelMetadataResponse> caller) {
        metadataRequests.incrementAndGet();
        if (!isThere(request.getName(), caller)) {
            return;
        }
        ModelMetadataResponse.Builder metadata =
                ModelMetadataResponse.newBuilder().setName(modelName).setPlatform("opencv_dnn");
        ModelInput told = input.get();
        if (told.isTold()) {
            metadata.addInputsBuilder()
                    .setName(told.name())
                    .setDatatype(told.datatype())
                    .addAllShape(told.shape());
        }
        answer(caller, metadata.build());
    }

    @Override
    public void modelInfer(ModelInferRequest request, StreamObserver<ModelInferResponse> caller) {
        if (!isThere(request.getModelName(), caller)) {
            return;
        }
        boolean raw = request.getRawInputContentsCount() > 0;
        try {
            Answer answer = predicts.answer(HEADERS.get(), instances(request, raw), raw);
            if (answer.status() == 200) {
                answer(caller, message(answer));
            } else {
                String said = new String(answer.body(), StandardCharsets.UTF_8);
                caller.onError(code(answer)
                        .withDescription(answer.status() == 413 ? "Received message larger than max: " + said : said)
                        .asException());
            }
        } catch (IllegalArgumentException e) {
            caller.onError(
                    Status.INVALID_ARGUMENT.withDescription(e.getMessage()).asException());
        } catch (RuntimeException e) {
            caller.onError(Status.INTERNAL.withDescription(e.toString()).asException());
        } catch (InterruptedException e) {
            caller.onError(Status.UNAVAILABLE.withDescription("closing").asException());
        }
    }

    private boolean isThere(String name, StreamObserver<?> caller) {
        if (!name.equals(modelName)) {
            caller.onError(Status.NOT_FOUND
                    .withDescription("Model with name " + name + " does not exist.")
                    .asException());
        }
        return name.equals(modelName);
    }

    private static <M> void answer(StreamObserver<M> caller, M message) {
        caller.onNext(message);
        caller.onCompleted();
    }

    private List<float[]> instances(ModelInferRequest request, boolean raw) {
        if (request.getInputsCount() != 1) {
            throw new IllegalArgumentException("expected 1 input, got " + request.getInputsCount());
        }
        ModelInferRequest.InferInputTensor tensor = request.getInputs(0);
        double[] values = raw
                ? ModelInput.values(
                        tensor.getDatatype(), request.getRawInputContents(0).asReadOnlyByteBuffer())
                : values(tensor.getDatatype(), tensor.getContents());
        return input.get().instances(tensor.getName(), tensor.getDatatype(), tensor.getShapeList(), values);
    }

    private static double[] values(String datatype, InferTensorContents contents) {
        List<? extends Number> values =
                switch (datatype) {
                    case "UINT8" -> contents.getUintContentsList();
                    case "INT32" -> contents.getIntContentsList();
                    case "INT64" -> contents.getInt64ContentsList();
                    case "FP64" -> contents.getFp64ContentsList();
                    default -> contents.getFp32ContentsList();
                };
        return values.stream().mapToDouble(Number::doubleValue).toArray();
    }

    private static ModelInferResponse message(Answer answer) {
        try {
            return CONTENT_TYPE.equals(answer.headers().get("Content-Type"))
                    ? ModelInferResponse.parseFrom(answer.body())
                    : ModelInferResponse.getDefaultInstance();
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Status code(Answer answer) {
        return switch (answer.status()) {
            case 400, 422 -> Status.INVALID_ARGUMENT;
            case 401 -> Status.UNAUTHENTICATED;
            case 403 -> Status.PERMISSION_DENIED;
            case 404 -> Status.NOT_FOUND;
            case 408 -> Status.DEADLINE_EXCEEDED;
            case 413, 429 -> Status.RESOURCE_EXHAUSTED;
            case 0, 502, 503 -> Status.UNAVAILABLE;
            default -> Status.INTERNAL;
        };
    }

    /** As {@link V2Rest#write}; a null is a NaN, for a message has none. */
    static Answer write(String name, List<@Nullable Prediction> predictions, AnswerForm form, boolean raw) {
        ModelInferResponse.Builder response = ModelInferResponse.newBuilder().setModelName(name);
        int rows = predictions.size();
        if (form != AnswerForm.LABEL) {
            ModelInferResponse.InferOutputTensor.Builder tensor = response.addOutputsBuilder()
                    .setName("predictions")
                    .setDatatype("FP32")
                    .addShape(rows)
                    .addShape(10);
            if (raw) {
                response.addRawOutputContents(
                        ByteString.copyFrom(V2Rest.bytes("FP32", V2Rest.probabilities(predictions))));
            } else {
                for (Prediction prediction : predictions) {
                    for (int i = 0; i < 10; i++) {
                        tensor.getContentsBuilder()
                                .addFp32Contents(
                                        prediction == null
                                                ? Float.NaN
                                                : prediction.probabilities()[i]);
                    }
                }
            }
        }
        if (form != AnswerForm.PROBABILITIES) {
            boolean asText = form == AnswerForm.CLASS_AS_TEXT;
            ModelInferResponse.InferOutputTensor.Builder tensor = response.addOutputsBuilder()
                    .setName("classes")
                    .setDatatype(asText ? "BYTES" : "INT64")
                    .addShape(rows);
            if (form == AnswerForm.CLASS_IN_ARRAY) {
                tensor.addShape(1);
            }
            if (raw) {
                response.addRawOutputContents(ByteString.copyFrom(
                        V2Rest.bytes(asText ? "BYTES" : "INT64", V2Rest.labels(predictions, asText))));
            } else {
                for (Prediction prediction : predictions) {
                    int label = prediction == null ? 0 : prediction.label();
                    if (asText) {
                        tensor.getContentsBuilder().addBytesContents(ByteString.copyFromUtf8(String.valueOf(label)));
                    } else {
                        tensor.getContentsBuilder().addInt64Contents(label);
                    }
                }
            }
        }
        return Answer.of(200, CONTENT_TYPE, response.build().toByteArray());
    }

    static void stop(Server server) {
        server.shutdownNow();
        try {
            server.awaitTermination(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static final class KeepsHeaders implements ServerInterceptor {
        @Override
        public <Q, A> ServerCall.Listener<Q> interceptCall(
                ServerCall<Q, A> call, Metadata metadata, ServerCallHandler<Q, A> next) {
            Headers headers = new Headers();
            for (String name : metadata.keys()) {
                if (!name.endsWith(Metadata.BINARY_HEADER_SUFFIX)) {
                    headers.add(name, metadata.get(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER)));
                }
            }
            return Contexts.interceptCall(Context.current().withValue(HEADERS, headers), call, metadata, next);
        }
    }
}
