/**
 * Thin adapters that the routes name: each reads the exchange, calls a pure room, writes the result. Nothing is decided
 * here.
 *
 * <p>What travels where: the batch, a chunk or an upload is the message body between routes; inside a route that needs
 * the body for a call, it is an exchange property ({@link io.imagetransformer.camel.Exchanges}). The facts of one image
 * that route editors may rely on are exchange variables ({@link io.imagetransformer.camel.ImageFacts}).
 */
@NullMarked
package io.imagetransformer.camel;

import org.jspecify.annotations.NullMarked;
