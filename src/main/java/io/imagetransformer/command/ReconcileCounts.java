package io.imagetransformer.command;

/**
 * What became of the objects that a walk looked at.
 *
 * @param filed have a copy of these bytes
 * @param deadLettered have a dead letter that is newer than they are
 * @param notForUs folders' markers, our own copies, objects that went away meanwhile
 * @param otherTime changed before {@code --since}, or not before {@code --until}
 * @param handedOver their events were sent; in a dry run: would be
 */
record ReconcileCounts(long filed, long deadLettered, long notForUs, long otherTime, long handedOver) {
    static final ReconcileCounts NONE = new ReconcileCounts(0, 0, 0, 0, 0);

    /** What became of one. */
    enum End {
        FILED,
        DEAD_LETTERED,
        NOT_FOR_US,
        OTHER_TIME,
        HANDED_OVER
    }

    ReconcileCounts plus(End end) {
        return new ReconcileCounts(
                filed + (end == End.FILED ? 1 : 0),
                deadLettered + (end == End.DEAD_LETTERED ? 1 : 0),
                notForUs + (end == End.NOT_FOR_US ? 1 : 0),
                otherTime + (end == End.OTHER_TIME ? 1 : 0),
                handedOver + (end == End.HANDED_OVER ? 1 : 0));
    }

    long lookedAt() {
        return filed + deadLettered + notForUs + otherTime + handedOver;
    }
}
