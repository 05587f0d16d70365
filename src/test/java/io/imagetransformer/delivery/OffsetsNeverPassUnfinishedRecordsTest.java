package io.imagetransformer.delivery;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

import org.junit.jupiter.api.Test;

import io.imagetransformer.event.Decoded;
import io.imagetransformer.event.IgnoredReason;
import io.imagetransformer.event.MalformedReason;

import static io.imagetransformer.delivery.Given.ROOMY;
import static io.imagetransformer.delivery.Given.batchOf;
import static io.imagetransformer.delivery.Given.created;
import static org.assertj.core.api.Assertions.assertThat;

class OffsetsNeverPassUnfinishedRecordsTest {
    private static final long SEED = 20261122;

    @Test
    void allAreCommittedWhenAllHaveAnOutcome() {
        // Given
        Batch batch = batchOf(ROOMY, created("a"), created("b"));

        // When
        batch.getUploads().forEach(Given::file);

        // Then
        assertThat(batch.committable()).extracting(SourceRecord::offset).containsExactly(1L);
    }

    @Test
    void noneIsCommittedFromTheFirstUnfinishedOneOn() {
        // Given
        Batch batch = batchOf(ROOMY, created("a"), created("b"), created("c"));

        // When
        batch.getUploads().filter(upload -> !upload.object().key().equals("b")).forEach(Given::file);

        // Then
        assertThat(batch.committable()).extracting(SourceRecord::offset).containsExactly(0L);
    }

    @Test
    void nothingIsCommittedWhereTheFirstIsUnfinished() {
        // Given
        Batch batch = batchOf(ROOMY, created("a"), created("b"));

        // When
        batch.getUploads().skip(1).forEach(Given::file);

        // Then
        assertThat(batch.committable()).isEmpty();
    }

    @Test
    void aRecordThatCameTwiceIsOne() {
        // Given
        List<SourceRecord> records = List.of(
                Given.record(0, 100),
                Given.record(0, 101),
                Given.record(0, 100),
                Given.record(0, 101),
                Given.record(0, 102));
        Batch batch = new Batch(
                records,
                record -> List.of(created("key-" + record.offset())),
                ROOMY,
                System.nanoTime() + 1_000_000_000L);
        assertThat(batch.getUploads()).hasSize(3);

        // When
        batch.getUploads()
                .filter(upload -> !upload.object().key().equals("key-100"))
                .forEach(Given::file);

        // Then
        assertThat(batch.committable()).isEmpty();
    }

    @Test
    void recordsWithoutImagesAreFinished() {
        // Given
        Batch batch = batchOf(
                ROOMY,
                new Decoded.Ignored(IgnoredReason.TEST_EVENT, "test"),
                new Decoded.Malformed(MalformedReason.values()[0], "what"));

        // When
        boolean unfinished = batch.isUnfinished();

        // Then
        assertThat(unfinished).isFalse();
        assertThat(batch.committable()).extracting(SourceRecord::offset).containsExactly(1L);
    }

    @Test
    void whateverIsFinishedInWhateverOrder() {
        // Given
        SplittableRandom random = new SplittableRandom(SEED);

        for (int round = 0; round < 5_000; round++) {
            List<SourceRecord> records = records(random);
            Map<SourceRecord, List<Decoded>> decoded = new HashMap<>();
            records.forEach(record -> decoded.put(record, objects(random)));
            Batch batch = new Batch(records, decoded::get, ROOMY, System.nanoTime());
            List<Upload> uploads = batch.getUploads().toList();

            // When
            uploads.stream()
                    .filter(Upload::isPending)
                    .filter(u -> random.nextInt(4) > 0)
                    .forEach(u -> end(u, random));

            // Then
            Map<Integer, Long> expected = new TreeMap<>();
            Map<Integer, Boolean> open = new HashMap<>();
            int at = 0;
            for (SourceRecord record : records) {
                int size = decoded.get(record).size();
                boolean finished = uploads.subList(at, at + size).stream().noneMatch(Upload::isPending);
                at += size;
                open.merge(record.partition(), finished, Boolean::logicalAnd);
                if (open.get(record.partition())) {
                    expected.put(record.partition(), record.offset());
                }
            }
            Map<Integer, Long> committed = new TreeMap<>();
            batch.committable().forEach(record -> committed.put(record.partition(), record.offset()));
            assertThat(committed).as("round %s of seed %s", round, SEED).isEqualTo(expected);
            assertThat(batch.isUnfinished()).isEqualTo(uploads.stream().anyMatch(Upload::isPending));
        }
    }

    /** Of up to three partitions, mixed; the offsets of each grow, with gaps. */
    private static List<SourceRecord> records(SplittableRandom random) {
        long[] offsets = {random.nextInt(9), random.nextInt(9), random.nextInt(9)};
        List<SourceRecord> records = new ArrayList<>();
        int count = random.nextInt(1, 12);
        for (int i = 0; i < count; i++) {
            int partition = random.nextInt(3);
            offsets[partition] += random.nextInt(1, 4);
            records.add(Given.record(partition, offsets[partition]));
        }
        return records;
    }

    private static List<Decoded> objects(SplittableRandom random) {
        List<Decoded> objects = new ArrayList<>();
        int count = random.nextInt(4);
        for (int i = 0; i < count; i++) {
            objects.add(created("key-" + random.nextInt(20)));
        }
        return objects;
    }

    private static void end(Upload upload, SplittableRandom random) {
        switch (random.nextInt(3)) {
            case 0 -> Given.file(upload);
            case 1 -> upload.end(new Outcome.Failed("fetch", "object-missing", "no"));
            default -> upload.end(new Outcome.Skipped());
        }
    }
}
