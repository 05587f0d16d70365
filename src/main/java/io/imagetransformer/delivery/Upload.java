package io.imagetransformer.delivery;

import java.time.Duration;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import io.imagetransformer.event.Decoded;
import io.imagetransformer.event.ObjectRef;
import io.imagetransformer.image.Tensor;
import io.imagetransformer.predictor.Answer;
import io.imagetransformer.predictor.Prediction;

/**
 * One uploaded image on its way from event to outcome. One thread at a time works on it; it is pending until
 * {@link #end} is called once.
 */
public final class Upload {
    private static final long FRESH_NANOS = Duration.ofSeconds(2).toNanos();

    private final ObjectRef object;
    private final Map<String, String> cloudEvent;
    private long bytes;
    private String stage = "fetch";
    private int attempts;
    private @Nullable FetchedObject fetched;
    private @Nullable Tensor tensor;
    private long askedFor;
    private @Nullable Prediction prediction;
    private String more = "{}";
    private @Nullable String refusal;
    private @Nullable Outcome outcome;
    private @Nullable Long firstFailure;
    private boolean comesAgain;
    private boolean left;
    /** The picture came with the request: it cannot be fetched, so it is kept until the end. */
    private final boolean given;

    private final boolean filed;

    /** @param unknownSize bytes to reckon with where the event tells no size */
    Upload(Decoded.Created event, long unknownSize) {
        object = event.object();
        cloudEvent = event.cloudEventAttributes();
        Long told = object.size();
        bytes = told == null ? unknownSize : told;
        given = false;
        filed = true;
    }

    /**
     * A picture that need not be fetched.
     *
     * @param filed false: it ends as skipped as soon as it is predicted
     */
    Upload(Decoded.Created event, FetchedObject picture, Tensor tensor, boolean filed) {
        object = event.object();
        cloudEvent = event.cloudEventAttributes();
        bytes = picture.bytes().length;
        given = true;
        this.filed = filed;
        transformed(picture, tensor);
    }

    public ObjectRef object() {
        return object;
    }

    /** Attributes of the CloudEvent that told of it; empty where none did. */
    public Map<String, String> cloudEvent() {
        return cloudEvent;
    }

    /** The bytes to reckon with: the object's size as its event or the store told it, else the most that is read. */
    public long bytes() {
        return bytes;
    }

    /** The store tells of more bytes than the event did: reckon with those from now on, in a later chunk. */
    public void learnBytes(long size) {
        bytes = size;
        comesAgain = true;
    }

    /**
     * Whether a failed call for it may be repeated while its chunk waits; without patience left it gives way to its
     * neighbours, and comes again in a later chunk of the batch.
     *
     * @param patience how long after the first failure
     */
    public boolean hasPatience(Duration patience) {
        long now = System.nanoTime();
        if (firstFailure == null) {
            firstFailure = now;
        }
        comesAgain = now - firstFailure >= patience.toNanos();
        return !comesAgain;
    }

    /** Whether a later chunk works on it again, if it is pending. */
    public boolean comesAgain() {
        return comesAgain;
    }

    /** A call for it failed, and is not repeated in this chunk: it stays pending. */
    public void leave() {
        left = true;
    }

    public boolean isLeft() {
        return left;
    }

    public void transformed(FetchedObject object, Tensor tensor) {
        this.fetched = object;
        this.tensor = tensor;
        reach("predict");
    }

    /** @param more see {@link Answer.Predictions#more()} */
    public void predicted(Prediction prediction, String more) {
        this.prediction = prediction;
        this.more = more;
        refusal = null;
        reach("file");
        if (!filed) {
            end(new Outcome.Skipped());
        }
    }

    /**
     * The predictor refused this instance alone; whether the instance is at fault is judged later.
     *
     * @param what one line for a person
     */
    void refused(String what) {
        refusal = what;
    }

    @Nullable
    String refusal() {
        return refusal;
    }

    /** Where the work on it stands: fetch, transform, predict or file. */
    public String stage() {
        return stage;
    }

    /** Works on a stage, for the first time or again. */
    public void enter(String stage) {
        reach(stage);
        attempts++;
    }

    private void reach(String next) {
        if (!next.equals(stage)) {
            stage = next;
            attempts = 0;
        }
    }

    /** How often the present {@link #stage()} was entered. */
    public int attempts() {
        return attempts;
    }

    public FetchedObject fetched() {
        return present(fetched, "fetched");
    }

    public Tensor tensor() {
        return present(tensor, "transformed");
    }

    public Prediction prediction() {
        return present(prediction, "predicted");
    }

    /** See {@link Answer.Predictions#more()}. */
    public String more() {
        return more;
    }

    private <T> T present(@Nullable T value, String what) {
        if (value == null) {
            throw new IllegalStateException("not " + what + " yet: " + object.bucket());
        }
        return value;
    }

    /** Whether it is more than a picture that somebody asked about. */
    public boolean isToBeFiled() {
        return filed;
    }

    public boolean isPending() {
        return outcome == null;
    }

    /** Its object is asked for now: what the store answers, however late, is how it is from now on. */
    public void askFor() {
        enter("fetch");
        askedFor = System.nanoTime();
    }

    /** Whether it was asked for so long ago that somebody may have filed a newer object of its key since. */
    public boolean isStale() {
        return !given && System.nanoTime() - askedFor > FRESH_NANOS;
    }

    boolean isTransformed() {
        return tensor != null;
    }

    public boolean isPredicted() {
        return prediction != null;
    }

    public @Nullable Outcome outcome() {
        return outcome;
    }

    /** Gives it its outcome and lets go of its bytes. */
    public void end(Outcome outcome) {
        this.outcome = outcome;
        fetched = null;
        tensor = null;
    }

    /** Back to the beginning, for a later chunk. */
    void restart() {
        release();
        prediction = null;
        refusal = null;
        firstFailure = null;
        comesAgain = false;
        left = false;
        reach(given ? "predict" : "fetch");
    }

    /** Lets go of bytes and tensor, so that a pending upload costs no memory. */
    void release() {
        if (!given) {
            fetched = null;
            tensor = null;
        }
    }
}
