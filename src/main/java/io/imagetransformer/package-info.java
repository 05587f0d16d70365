/** The program and the two roots of every failure. */
@NullMarked
package io.imagetransformer;

import org.jspecify.annotations.NullMarked;
