/**
 * What becomes of each record: the batch, its chunks, outcomes, dead letters, and the offsets that may be committed.
 *
 * <p>The one rule: an offset may be committed when every record up to it has an outcome. An upload without outcome is
 * pending; its record, and all behind it in the partition, come again.
 */
@NullMarked
package io.imagetransformer.delivery;

import org.jspecify.annotations.NullMarked;
