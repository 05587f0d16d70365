/**
 * The predictor's protocols: tensors to request, answer to predictions. Pure: no HTTP here, the routes call.
 *
 * <p>What a newcomer gets wrong: an answer of status 200 may still be none (a null, short or long list; KServe's batcher
 * has sent such), JSON of Python may hold {@code NaN}, and a list of scores need not be probabilities.
 */
@NullMarked
package io.imagetransformer.predictor;

import org.jspecify.annotations.NullMarked;
