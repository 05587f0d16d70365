package io.imagetransformer.predictor;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import inference.GrpcPredictV2.InferTensorContents;
import inference.GrpcPredictV2.ModelInferResponse;
import inference.GrpcPredictV2.ModelInferResponse.InferOutputTensor;
import inference.GrpcPredictV2.ModelMetadataResponse;
import inference.GrpcPredictV2.ModelMetadataResponse.TensorMetadata;

import io.imagetransformer.fuzz.FuzzTarget;

/** Input: a byte that chooses instances and whether it is the metadata, then the message; gRPC itself refuses what is none. */
public final class GrpcV2AnswerTarget implements FuzzTarget {

    @Override
    public Stream<byte[]> seeds() {
        Stream<byte[]> typed = Stream.of(
                        answer(
                                output("scores", "FP32", 2, 3)
                                        .setContents(InferTensorContents.newBuilder()
                                                .addAllFp32Contents(List.of(0.25f, 0.5f, 0.25f, 1f, 0f, Float.NaN))),
                                output("label", "INT64", 2)
                                        .setContents(InferTensorContents.newBuilder()
                                                .addAllInt64Contents(List.of(1L, -2L)))),
                        answer(output("c", "BYTES", 2, 1)
                                .setContents(InferTensorContents.newBuilder()
                                        .addBytesContents(ByteString.copyFromUtf8("cat"))
                                        .addBytesContents(ByteString.copyFrom(new byte[] {(byte) 0xC3})))),
                        answer(output("c", "BOOL", 2)
                                .setContents(
                                        InferTensorContents.newBuilder().addAllBoolContents(List.of(true, false)))),
                        answer(output("c", "UINT32", 2)
                                .setContents(InferTensorContents.newBuilder().addAllUintContents(List.of(1, -1)))),
                        answer(output("c", "UINT64", 2)
                                .setContents(InferTensorContents.newBuilder().addAllUint64Contents(List.of(1L, -1L)))),
                        answer(output("c", "INT8", 2)
                                .setContents(InferTensorContents.newBuilder().addAllIntContents(List.of(1, 2)))),
                        answer(output("c", "FP64", 2)
                                .setContents(InferTensorContents.newBuilder().addAllFp64Contents(List.of(1.5, 1e308)))),
                        answer(output("a\u2028b", "INT8", 3, Long.MAX_VALUE)),
                        answer(output("a\nb", "no", -1)))
                .map(message -> seed(1, message));
        Stream<byte[]> raw = Arrays.stream(Datatype.values())
                .map(datatype -> seed(
                        1,
                        ModelInferResponse.newBuilder()
                                .addOutputs(output("c", datatype.name(), 2))
                                .addRawOutputContents(ByteString.copyFrom(V2AnswerTarget.bytes(datatype)))
                                .build()));
        Stream<byte[]> metadata = Stream.of(
                        metadata("x", "FP32", -1, 6),
                        metadata("x", "UINT8", -1, 2, 3, 1),
                        metadata("x", "INT64", 1, 1, 2, 3),
                        metadata("a\u0085b", "FP16", 7),
                        metadata("a\u202eb", "FP64", 7, 7),
                        ModelMetadataResponse.getDefaultInstance())
                .map(message -> seed(V2AnswerTarget.METADATA, message));
        return Stream.of(typed, raw, metadata).flatMap(each -> each);
    }

    private static InferOutputTensor.Builder output(String name, String datatype, long... shape) {
        InferOutputTensor.Builder output =
                InferOutputTensor.newBuilder().setName(name).setDatatype(datatype);
        Arrays.stream(shape).forEach(output::addShape);
        return output;
    }

    private static ModelInferResponse answer(InferOutputTensor.Builder... outputs) {
        ModelInferResponse.Builder answer = ModelInferResponse.newBuilder();
        Arrays.stream(outputs).forEach(answer::addOutputs);
        return answer.build();
    }

    private static ModelMetadataResponse metadata(String name, String datatype, long... shape) {
        TensorMetadata.Builder input = TensorMetadata.newBuilder().setName(name).setDatatype(datatype);
        Arrays.stream(shape).forEach(input::addShape);
        return ModelMetadataResponse.newBuilder().addInputs(input).build();
    }

    private static byte[] seed(int choice, MessageLite message) {
        return ByteString.copyFrom(new byte[] {(byte) choice})
                .concat(message.toByteString())
                .toByteArray();
    }

    @Override
    public void work(byte[] input) {
        if (input.length == 0) {
            return;
        }
        int instances = 1 + (input[0] & 7);
        ByteString message = ByteString.copyFrom(input, 1, input.length - 1);
        try {
            if ((input[0] & V2AnswerTarget.METADATA) == 0) {
                Answer answer =
                        GrpcV2Protocol.answer(ModelInferResponse.parseFrom(message), V2Options.none(), instances);
                AnswerBounds.check(answer, instances, "the input");
            } else {
                V2Model model = V2AnswerTarget.model();
                V2AnswerTarget.checkLearnt(
                        model, GrpcV2Protocol.learn(ModelMetadataResponse.parseFrom(message), model));
            }
        } catch (InvalidProtocolBufferException e) {
            // Nothing comes of it.
        }
    }
}
