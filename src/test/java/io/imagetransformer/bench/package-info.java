/** Programs that the pipeline is measured against and with; none is part of the product. */
@NullMarked
package io.imagetransformer.bench;

import org.jspecify.annotations.NullMarked;
