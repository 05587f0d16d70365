package io.imagetransformer.predictor;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

import io.imagetransformer.predictor.PredictionReader.NoPrediction;

/**
 * The output tensors of a V2 answer, over whichever transport they came, as predictions.
 *
 * <p>The rule: the output named in {@code predictor.output.label}, else one of whole numbers or texts with one element
 * per image, is the label; the output named in {@code predictor.output.scores}, else one of numbers with several elements
 * per image, is the scores; without a label the highest score is it. Without both, a float per image is the label. Of
 * several candidates the one with a usual name wins, else the first.
 */
final class V2Outputs {
    private static final List<String> LABEL_NAMES =
            List.of("classes", "class_ids", "label", "labels", "output_label", "predict");
    private static final List<String> SCORES_NAMES =
            List.of("predictions", "probabilities", "scores", "output_probability", "predict_proba");
    private static final int LENGTH_BYTES = 4;

    private V2Outputs() {}

    /**
     * One output tensor.
     *
     * @param datatype null for one that is not known here
     * @param shape with the batch
     * @param data its elements, flat; null where they cannot be read
     */
    record Output(
            String name,
            @Nullable Datatype datatype,
            List<Long> shape,
            @Nullable ArrayNode data) {

        /** Elements per image as the shape tells; 0 for a shape that tells nonsense. */
        private int width() {
            long width = 1;
            for (long size : shape.subList(Math.min(1, shape.size()), shape.size())) {
                width = size < 0 || size > Integer.MAX_VALUE ? 0 : width * size;
                width = width > Integer.MAX_VALUE ? 0 : width;
            }
            return (int) width;
        }

        private boolean isReadable() {
            return datatype != null && data != null;
        }

        private boolean isLabel() {
            return isReadable() && width() == 1 && !datatype.isFloat();
        }

        private boolean isScores() {
            return isReadable() && width() > 1 && datatype != Datatype.BYTES && datatype != Datatype.BOOL;
        }

        private boolean isFloatLabel() {
            return isReadable() && width() == 1 && datatype.isFloat();
        }

        private boolean isOnePerInstance(int instances) {
            return isReadable()
                    && !shape.isEmpty()
                    && shape.get(0) == instances
                    && data.size() == (long) instances * width();
        }

        /** What belongs to one image: the element alone where the shape is [n], else a list. */
        private JsonNode row(int instance) {
            if (shape.size() == 1) {
                return data.get(instance);
            }
            ArrayNode row = PredictorJson.MAPPER.createArrayNode();
            int width = width();
            for (int i = 0; i < width; i++) {
                row.add(data.get(instance * width + i));
            }
            return row;
        }

        private String shown() {
            return name + " (" + (datatype == null ? "of an unknown datatype" : datatype) + " " + shape + ")";
        }
    }

    /** Whatever the outputs hold, nothing is thrown. */
    static Answer answer(List<Output> outputs, V2Options options, int instances) {
        Output label = chosen(outputs, options.labelOutput(), LABEL_NAMES, Output::isLabel);
        Output scores = chosen(outputs, options.scoresOutput(), SCORES_NAMES, Output::isScores);
        if (label == null && (scores == null || !options.labelOutput().isEmpty())) {
            label = chosen(outputs, options.labelOutput(), LABEL_NAMES, Output::isFloatLabel);
        }
        if (label == null && !options.labelOutput().isEmpty()) {
            return unusable("no label in predictor.output.label=" + options.labelOutput(), outputs);
        }
        if (scores == null && !options.scoresOutput().isEmpty()) {
            return unusable("no scores in predictor.output.scores=" + options.scoresOutput(), outputs);
        }
        if (label == null && scores == null) {
            return unusable("neither label nor scores in it", outputs);
        }
        try {
            checkOnePerInstance(label, instances);
            checkOnePerInstance(scores, instances);
            return new Answer.Predictions(predictions(outputs, label, scores, instances));
        } catch (NoPrediction e) {
            return new Answer.Refused(e.getMessage());
        }
    }

    private static @Nullable Output chosen(
            List<Output> outputs, String configured, List<String> usual, Predicate<Output> fits) {
        List<Output> candidates = outputs.stream()
                .filter(fits)
                .filter(output -> configured.isEmpty() || output.name().equals(configured))
                .toList();
        return candidates.stream()
                .filter(output -> usual.contains(output.name()))
                .findFirst()
                .orElse(candidates.isEmpty() ? null : candidates.get(0));
    }

    private static Answer unusable(String what, List<Output> outputs) {
        String found = outputs.stream().map(Output::shown).collect(Collectors.joining(", "));
        return new Answer.Unavailable(what + ", but " + (found.isEmpty() ? "no output" : Quotes.quote(found)), 0);
    }

    private static void checkOnePerInstance(@Nullable Output output, int instances) throws NoPrediction {
        if (output != null && !output.isOnePerInstance(instances)) {
            throw new NoPrediction(Quotes.quote(output.name() + " " + output.shape()) + " with "
                    + output.data().size() + " elements for " + instances + " instances");
        }
    }

    private static List<Prediction> predictions(
            List<Output> outputs, @Nullable Output label, @Nullable Output scores, int instances) throws NoPrediction {
        List<Output> columns = outputs.stream()
                .filter(output -> output.isOnePerInstance(instances))
                .toList();
        List<Prediction> predictions = new ArrayList<>(instances);
        for (int i = 0; i < instances; i++) {
            ObjectNode row = PredictorJson.MAPPER.createObjectNode();
            for (Output column : columns) {
                row.set(column.name(), column.row(i));
            }
            try {
                predictions.add(PredictionReader.prediction(row(label, i), row(scores, i), row));
            } catch (NoPrediction e) {
                throw new NoPrediction("prediction " + i + " " + e.getMessage());
            }
        }
        return predictions;
    }

    private static JsonNode row(@Nullable Output output, int instance) {
        return output == null ? MissingNode.getInstance() : output.row(instance);
    }

    /**
     * The elements of a binary tensor: little endian; of BYTES each begins with its length in four bytes.
     *
     * @return null where the bytes are no whole number of elements
     */
    static @Nullable ArrayNode elements(Datatype datatype, ByteBuffer bytes) {
        ByteBuffer in = bytes.slice().order(ByteOrder.LITTLE_ENDIAN);
        ArrayNode elements = PredictorJson.MAPPER.createArrayNode();
        if (datatype.width() > 0 && in.remaining() % datatype.width() != 0) {
            return null;
        }
        while (in.hasRemaining()) {
            switch (datatype) {
                case BOOL -> elements.add(in.get() != 0);
                case UINT8 -> elements.add(in.get() & 0xFF);
                case UINT16 -> elements.add(in.getShort() & 0xFFFF);
                case UINT32 -> elements.add(in.getInt() & 0xFFFFFFFFL);
                case UINT64 -> elements.add(unsigned(in.getLong()));
                case INT8 -> elements.add(in.get());
                case INT16 -> elements.add(in.getShort());
                case INT32 -> elements.add(in.getInt());
                case INT64 -> elements.add(in.getLong());
                case FP16 -> elements.add(HalfFloats.ofFp16(in.getShort()));
                case BF16 -> elements.add(HalfFloats.ofBf16(in.getShort()));
                case FP32 -> elements.add(in.getFloat());
                case FP64 -> elements.add(in.getDouble());
                case BYTES -> {
                    int length = in.remaining() < LENGTH_BYTES ? -1 : in.getInt();
                    if (length < 0 || length > in.remaining()) {
                        return null;
                    }
                    byte[] text = new byte[length];
                    in.get(text);
                    elements.add(new String(text, StandardCharsets.UTF_8));
                }
            }
        }
        return elements;
    }

    static BigInteger unsigned(long value) {
        return new BigInteger(Long.toUnsignedString(value));
    }
}
