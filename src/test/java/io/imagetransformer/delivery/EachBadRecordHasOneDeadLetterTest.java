package io.imagetransformer.delivery;

import java.util.List;

import org.junit.jupiter.api.Test;

import io.imagetransformer.event.Decoded;
import io.imagetransformer.event.MalformedReason;

import static io.imagetransformer.delivery.Given.ROOMY;
import static io.imagetransformer.delivery.Given.batch;
import static io.imagetransformer.delivery.Given.created;
import static org.assertj.core.api.Assertions.assertThat;

class EachBadRecordHasOneDeadLetterTest {
    private static final Decoded MALFORMED = new Decoded.Malformed(MalformedReason.values()[0], "what");
    private static final DeadLetter.Cause UNREADABLE =
            new DeadLetter.Cause("decode", MalformedReason.values()[0].code(), "what", 1, null, null);

    @Test
    void withEveryFailedObjectOfIt() {
        // Given
        Batch batch = batch(ROOMY, List.of(List.of(created("a"), created("b"), MALFORMED, created("c"))));
        List<Upload> uploads = batch.getUploads().toList();

        // When
        uploads.get(0).end(new Outcome.Failed("transform", "not-an-image", "no"));
        uploads.get(1).end(new Outcome.Filed("digits", "1/b"));
        uploads.get(2).end(new Outcome.Failed("fetch", "object-missing", "gone"));

        // Then
        List<DeadLetter> letters = batch.getDeadLetters();
        assertThat(letters).hasSize(1);
        assertThat(letters.get(0).record().offset()).isZero();
        assertThat(letters.get(0).causes())
                .containsExactly(
                        UNREADABLE,
                        new DeadLetter.Cause("transform", "not-an-image", "no", 0, "mnist", "a"),
                        new DeadLetter.Cause("fetch", "object-missing", "gone", 0, "mnist", "c"));
    }

    @Test
    void onlyWhenItIsCommittedForElseItComesAgain() {
        // Given
        Batch batch =
                batch(ROOMY, List.of(List.of(MALFORMED), List.of(created("a"), created("b")), List.of(MALFORMED)));
        List<Upload> uploads = batch.getUploads().toList();

        // When
        uploads.get(0).end(new Outcome.Failed("fetch", "object-missing", "gone"));

        // Then
        assertThat(batch.getDeadLetters())
                .singleElement()
                .satisfies(letter -> assertThat(letter.record().offset()).isZero());
        assertThat(batch.firstUnfinished())
                .hasValueSatisfying(record -> assertThat(record.place()).isEqualTo("events/0/1"));
    }

    @Test
    void andNoneForWhatIsFiledIgnoredOrSkipped() {
        // Given
        Batch batch = batch(ROOMY, List.of(List.of(created("a")), List.of(created("b")), List.of(created("c"))));
        List<Upload> uploads = batch.getUploads().toList();

        // When
        uploads.get(0).end(new Outcome.Filed("digits", "1/a"));
        uploads.get(1).end(new Outcome.Ignored("superseded", "by another"));
        uploads.get(2).end(new Outcome.Skipped());

        // Then
        assertThat(batch.getDeadLetters()).isEmpty();
    }
}
