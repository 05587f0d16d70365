/**
 * KServe's data plane over HTTP: what a request asks for, and what the answer to it is. Pure: no server here, the routes
 * listen.
 *
 * <p>What a newcomer gets wrong: an event that is not for us is answered with 2xx, or Knative brings it again; and what
 * is still waiting outweighs what failed, because only an answer that is repeated brings it again.
 *
 * <p>Sources: KServe's data plane documentation (V1, V2), the CloudEvents HTTP binding, Knative's delivery contract.
 */
@NullMarked
package io.imagetransformer.serve;

import org.jspecify.annotations.NullMarked;
