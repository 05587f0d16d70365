/**
 * The fault campaign: the packaged program between a broker, a store and a predictor that are spoilt in every way we know,
 * while uploads come in, and an audit at the far end. {@code Campaign} runs it; {@code docs/guarantees.md} tells of it.
 */
@NullMarked
package io.imagetransformer.campaign;

import org.jspecify.annotations.NullMarked;
