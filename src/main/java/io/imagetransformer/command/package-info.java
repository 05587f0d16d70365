/** The commands beside the pipeline: look after dead letters, and heal what the store never told. */
@NullMarked
package io.imagetransformer.command;

import org.jspecify.annotations.NullMarked;
