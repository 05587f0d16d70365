package io.imagetransformer.delivery;

import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import io.imagetransformer.event.Decoded;
import io.imagetransformer.event.ObjectRef;
import io.imagetransformer.image.Tensor;
import io.imagetransformer.predictor.Answer;

/**
 * The uploads that are in memory together: fetched side by side, predicted in one call, filed side by side. A half of a
 * chunk is a chunk over the same uploads.
 */
public class Chunk {
    private final List<Upload> uploads;
    private final Map<String, String> forwardedHeaders;
    private @Nullable String refusal;

    Chunk(List<Upload> uploads, Map<String, String> forwardedHeaders) {
        this.uploads = List.copyOf(uploads);
        this.forwardedHeaders = forwardedHeaders;
    }

    /**
     * What the call of the predictor carries on of the request that brought these uploads (its authorisation, its trace):
     * names in lower case. Empty where Kafka brought them.
     */
    public Map<String, String> forwardedHeaders() {
        return forwardedHeaders;
    }

    /**
     * One instance that no upload stands behind: whether the predictor takes it from whoever sent this chunk tells who is
     * at fault.
     */
    public Chunk probe(Tensor tensor) {
        Upload upload = new Upload(
                new Decoded.Created(
                        new ObjectRef("probe", "probe", null, null, 0L, null, null, null, "probe", "probe"), Map.of()),
                0);
        upload.transformed(new FetchedObject(new byte[0], null, Map.of(), Map.of()), tensor);
        return new Chunk(List.of(upload), forwardedHeaders);
    }

    /** All that are still pending. */
    List<Upload> getPending() {
        return uploads.stream().filter(Upload::isPending).toList();
    }

    /** Those whose picture has to be fetched. */
    public List<Upload> getToFetch() {
        return uploads.stream()
                .filter(upload -> upload.isPending() && !upload.isTransformed())
                .toList();
    }

    /** Those that wait for the predictor, in the order of its instances. */
    public List<Upload> getToPredict() {
        return uploads.stream()
                .filter(upload -> upload.isPending() && upload.isTransformed() && !upload.isPredicted())
                .toList();
    }

    /** Those that wait to be filed. */
    public List<Upload> getPredicted() {
        return uploads.stream()
                .filter(upload -> upload.isPending() && upload.isPredicted())
                .toList();
    }

    public List<Tensor> tensors() {
        return getToPredict().stream().map(Upload::tensor).toList();
    }

    /** @param answer with one prediction per {@link #getToPredict()}, in its order */
    public void accept(Answer.Predictions answer) {
        List<Upload> asked = getToPredict();
        for (int i = 0; i < asked.size(); i++) {
            asked.get(i).predicted(answer.predictions().get(i), answer.more());
        }
        refusal = null;
    }

    /** The predictor refused these instances; of one alone, the refusal is noted. */
    public void refuse(String what) {
        refusal = what;
        List<Upload> asked = getToPredict();
        asked.forEach(upload -> upload.enter("predict"));
        if (asked.size() == 1) {
            asked.get(0).refused(what);
        }
    }

    /** Two chunks of half the instances each after a refusal of several; else none. */
    public List<Chunk> getRefusedHalves() {
        List<Upload> asked = getToPredict();
        if (refusal == null || asked.size() < 2) {
            return List.of();
        }
        int half = asked.size() / 2;
        return List.of(
                new Chunk(asked.subList(0, half), forwardedHeaders),
                new Chunk(asked.subList(half, asked.size()), forwardedHeaders));
    }

    /** Whether some instance was refused alone: model or image, nobody knows yet. */
    public boolean isAnyRefused() {
        return uploads.stream().anyMatch(Chunk::isRefusedAlone);
    }

    /** Each instance that was refused alone, as a chunk of one. */
    public List<Chunk> getRefusedAlone() {
        return uploads.stream()
                .filter(Chunk::isRefusedAlone)
                .map(upload -> new Chunk(List.of(upload), forwardedHeaders))
                .toList();
    }

    /** The predictor takes others: the instances that it still refuses are at fault. */
    public void blameRefused() {
        uploads.stream()
                .filter(Chunk::isRefusedAlone)
                .forEach(upload -> upload.end(new Outcome.Failed(
                        "predict", DeadLetterReason.PREDICTOR_REFUSED.code(), String.valueOf(upload.refusal()))));
    }

    private static boolean isRefusedAlone(Upload upload) {
        return upload.isPending() && upload.refusal() != null;
    }

    /** Why the predictor refused last; for a person. */
    public String refusal() {
        return String.valueOf(refusal);
    }
}
