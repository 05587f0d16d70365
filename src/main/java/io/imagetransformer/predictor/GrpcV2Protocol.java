package io.imagetransformer.predictor;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import inference.GrpcPredictV2.InferParameter;
import inference.GrpcPredictV2.InferTensorContents;
import inference.GrpcPredictV2.ModelInferRequest;
import inference.GrpcPredictV2.ModelInferResponse;
import inference.GrpcPredictV2.ModelMetadataResponse;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

import io.imagetransformer.image.Tensor;

/**
 * KServe's V2 protocol over gRPC: the messages of {@code inference.GRPCInferenceService/ModelInfer}. Tensors are typed
 * lists or, with {@code predictor.binary}, raw bytes; an answer is read in both forms, whichever was asked for.
 *
 * <p>Source: Open Inference Protocol, gRPC.
 */
public final class GrpcV2Protocol {
    /** A message over the limit of the server (Java, C++ and Python, Go) or of our own channel. */
    private static final Pattern TOO_LARGE = Pattern.compile("(?i)larger than max|exceeds maximum size");

    private GrpcV2Protocol() {}

    /**
     * Model and version are left to the caller.
     *
     * @param id for the predictor's log
     * @param instances of one shape
     */
    public static ModelInferRequest request(String id, V2Input input, V2Options options, List<Tensor> instances) {
        ModelInferRequest.Builder request = ModelInferRequest.newBuilder().setId(id);
        options.parameters().forEach((name, value) -> request.putParameters(name, parameter(value)));
        ModelInferRequest.InferInputTensor.Builder tensor = request.addInputsBuilder()
                .setName(input.name())
                .setDatatype(input.datatype().name())
                .addAllShape(input.shape(instances.size()));
        if (options.binary() || input.datatype().isHalf()) {
            request.addRawInputContents(UnsafeByteOperations.unsafeWrap(input.bytes(instances)));
        } else {
            InferTensorContents.Builder contents = tensor.getContentsBuilder();
            instances.forEach(instance -> add(contents, input, instance));
        }
        return request.build();
    }

    private static InferParameter parameter(Object value) {
        InferParameter.Builder parameter = InferParameter.newBuilder();
        if (value instanceof Boolean flag) {
            parameter.setBoolParam(flag);
        } else if (value instanceof Long number) {
            parameter.setInt64Param(number);
        } else {
            parameter.setStringParam(value.toString());
        }
        return parameter.build();
    }

    private static void add(InferTensorContents.Builder contents, V2Input input, Tensor instance) {
        for (double value : input.values(instance)) {
            switch (input.datatype()) {
                case FP32 -> contents.addFp32Contents((float) value);
                case FP64 -> contents.addFp64Contents(value);
                case UINT8, UINT16, UINT32 -> contents.addUintContents((int) value);
                case UINT64 -> contents.addUint64Contents((long) value);
                case INT16, INT32 -> contents.addIntContents((int) value);
                case INT64 -> contents.addInt64Contents((long) value);
                case BOOL, INT8, FP16, BF16, BYTES ->
                    throw new IllegalStateException(input.datatype() + " is not sent so");
            }
        }
    }

    /**
     * @param model learns them
     * @return nothing, or why no image can be shown to this model
     */
    public static Optional<Answer.Unavailable> learn(ModelMetadataResponse metadata, V2Model model) {
        return model.learn(metadata.getInputsList().stream()
                .map(input -> new V2Input.Told(input.getName(), input.getDatatype(), input.getShapeList()))
                .toList());
    }

    /**
     * Reads an answer; whatever it holds, nothing is thrown.
     *
     * @param instances how many the request held, at least 1
     */
    public static Answer answer(ModelInferResponse response, V2Options options, int instances) {
        Iterator<ByteString> raw = response.getRawOutputContentsList().iterator();
        List<V2Outputs.Output> outputs = new ArrayList<>();
        for (ModelInferResponse.InferOutputTensor tensor : response.getOutputsList()) {
            Datatype datatype = Datatype.of(tensor.getDatatype()).orElse(null);
            ByteString bytes = !tensor.hasContents() && raw.hasNext() ? raw.next() : null;
            ArrayNode data = null;
            if (datatype != null) {
                data = bytes == null
                        ? elements(datatype, tensor.getContents())
                        : V2Outputs.elements(datatype, bytes.asReadOnlyByteBuffer());
            }
            outputs.add(new V2Outputs.Output(tensor.getName(), datatype, tensor.getShapeList(), data));
        }
        return V2Outputs.answer(outputs, options, instances);
    }

    /** None where the datatype has no typed contents. */
    private static @Nullable ArrayNode elements(Datatype datatype, InferTensorContents contents) {
        ArrayNode elements = PredictorJson.MAPPER.createArrayNode();
        switch (datatype) {
            case BOOL -> contents.getBoolContentsList().forEach(elements::add);
            case UINT8, UINT16, UINT32 ->
                contents.getUintContentsList().forEach(value -> elements.add(Integer.toUnsignedLong(value)));
            case UINT64 -> contents.getUint64ContentsList().forEach(value -> elements.add(V2Outputs.unsigned(value)));
            case INT8, INT16, INT32 -> contents.getIntContentsList().forEach(elements::add);
            case INT64 -> contents.getInt64ContentsList().forEach(elements::add);
            case FP16, BF16 -> {
                return null;
            }
            case FP32 -> contents.getFp32ContentsList().forEach(elements::add);
            case FP64 -> contents.getFp64ContentsList().forEach(elements::add);
            case BYTES -> contents.getBytesContentsList().forEach(text -> elements.add(text.toStringUtf8()));
        }
        return elements;
    }

    /**
     * What a call that failed says. INVALID_ARGUMENT blames the request, and so does RESOURCE_EXHAUSTED where a message was
     * too large (it also means "too many requests"); for everything else no instance is at fault.
     */
    public static Answer failure(Status status) {
        String description = String.valueOf(status.getDescription());
        String what = status.getCode() + ": " + Quotes.quote(description);
        boolean tooLarge = status.getCode() == Status.Code.RESOURCE_EXHAUSTED
                && TOO_LARGE.matcher(description).find();
        return tooLarge || status.getCode() == Status.Code.INVALID_ARGUMENT
                ? new Answer.Refused(what)
                : new Answer.Unavailable(what, 0);
    }
}
