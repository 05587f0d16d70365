package io.imagetransformer.delivery;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

import io.imagetransformer.event.Decoded;
import io.imagetransformer.event.ObjectRef;
import io.imagetransformer.image.Tensor;
import io.imagetransformer.predictor.Prediction;

/** Small things to make batches of. */
final class Given {
    static final BatchLimits ROOMY = new BatchLimits(1, 100, 1_000_000, 0, 1);

    private Given() {}

    static Decoded.Created created(String key) {
        return created(key, 1L, null);
    }

    static Decoded.Created created(String key, @Nullable Long size, @Nullable String sequencer) {
        return new Decoded.Created(
                new ObjectRef("mnist", key, null, null, size, null, null, sequencer, "minio:s3", "ObjectCreated:Put"),
                Map.of());
    }

    static SourceRecord record(int partition, long offset) {
        return new SourceRecord("events", partition, offset, null, null, Map.of());
    }

    /** One record per element, of partition 0, offsets from 0. */
    static Batch batch(BatchLimits limits, List<List<Decoded>> decoded) {
        return batch(limits, decoded, System.nanoTime() + Long.MAX_VALUE / 4);
    }

    static Batch batch(BatchLimits limits, List<List<Decoded>> decoded, long deadline) {
        List<SourceRecord> records = new ArrayList<>();
        for (int i = 0; i < decoded.size(); i++) {
            records.add(record(0, i));
        }
        return new Batch(records, record -> decoded.get((int) record.offset()), limits, deadline);
    }

    static Batch batchOf(BatchLimits limits, Decoded... oneEach) {
        return batch(limits, List.of(oneEach).stream().map(List::of).toList());
    }

    static void fetch(Upload upload) {
        upload.transformed(
                new FetchedObject(new byte[1], null, Map.of(), Map.of()), new Tensor(1, 1, 1, new double[] {0}));
    }

    static Prediction prediction(String label) {
        return new Prediction(label, null, List.of(), label);
    }

    static void file(Upload upload) {
        upload.end(new Outcome.Filed("digits", upload.object().key()));
    }

    static List<String> keys(List<Upload> uploads) {
        return uploads.stream().map(keyOf()).toList();
    }

    static Function<Upload, String> keyOf() {
        return upload -> upload.object().key();
    }
}
