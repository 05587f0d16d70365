/**
 * The sandbox: what stands around the product, real but in one process, for the README's command and for the tests.
 */
@NullMarked
package io.imagetransformer.sandbox;

import org.jspecify.annotations.NullMarked;
