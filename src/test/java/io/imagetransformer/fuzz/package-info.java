/** Coverage-guided fuzzing of all that takes bytes from outside: see {@code docs/fuzzing.md}. */
@NullMarked
package io.imagetransformer.fuzz;

import org.jspecify.annotations.NullMarked;
