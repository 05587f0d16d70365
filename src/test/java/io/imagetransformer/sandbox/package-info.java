/**
 * The world around the program, in one JVM: a Kafka broker, an S3 server that announces uploads as MinIO does, a
 * predictor with a model of its own that really infers, and a proxy that breaks connections. The sandbox command and
 * the tests run on it.
 *
 * <p>What a newcomer gets wrong:
 *
 * <ul>
 *   <li>Everything listens on 127.0.0.1 alone. A port of 0 asks for a free one, which stays the same over a stop and a
 *       start.
 *   <li>The broker creates no topic by itself: the program waits for a missing topic, and a broker that made one up
 *       would hide that.
 *   <li>The S3 server that keeps its objects in memory has object versions and long keys; the one that keeps them in a
 *       folder has neither ({@link io.imagetransformer.sandbox.EmbeddedS3} lists what each cannot do).
 * </ul>
 */
@NullMarked
package io.imagetransformer.sandbox;

import org.jspecify.annotations.NullMarked;
