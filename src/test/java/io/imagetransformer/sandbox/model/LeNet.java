package io.imagetransformer.sandbox.model;

import java.util.Arrays;
import java.util.Random;

import org.jspecify.annotations.Nullable;

/**
 * A network like LeNet-5 for images of {@code [28,28]}, one channel, 0 (background) to 1 (ink): two convolutions of 5x5
 * (8 and 16 channels), each with rectifier and 2x2 maximum, then layers of 64 and 10, then softmax.
 *
 * <p>All parameters lie in one array of {@link #SIZE} floats; the constants named {@code …_WEIGHTS} and {@code …_BIAS}
 * are the offsets of its parts, each in the order in which ONNX wants it.
 *
 * <p>Floats are added in one order that the source alone decides: Java's own arithmetic is strict from 17 on, the JIT
 * may only vectorise what does not change a bit, and what is left to the platform (exp) comes from StrictMath.
 */
final class LeNet {

    static final int WIDTH = 28;
    static final int KERNEL = 5;
    static final int CHANNELS_1 = 8;
    static final int CHANNELS_2 = 16;
    static final int POOLED_1 = (WIDTH - KERNEL + 1) / 2;
    static final int POOLED_2 = (POOLED_1 - KERNEL + 1) / 2;
    static final int FEATURES = CHANNELS_2 * POOLED_2 * POOLED_2;
    static final int HIDDEN = 64;
    static final int CLASSES = 10;

    /** {@code [8,1,5,5]} */
    static final int CONV_1_WEIGHTS = 0;
    /** {@code [8]} */
    static final int CONV_1_BIAS = CONV_1_WEIGHTS + CHANNELS_1 * KERNEL * KERNEL;
    /** {@code [16,8,5,5]} */
    static final int CONV_2_WEIGHTS = CONV_1_BIAS + CHANNELS_1;
    /** {@code [16]} */
    static final int CONV_2_BIAS = CONV_2_WEIGHTS + CHANNELS_2 * CHANNELS_1 * KERNEL * KERNEL;
    /** {@code [64,256]} */
    static final int HIDDEN_WEIGHTS = CONV_2_BIAS + CHANNELS_2;
    /** {@code [64]} */
    static final int HIDDEN_BIAS = HIDDEN_WEIGHTS + HIDDEN * FEATURES;
    /** {@code [10,64]} */
    static final int CLASS_WEIGHTS = HIDDEN_BIAS + HIDDEN;
    /** {@code [10]} */
    static final int CLASS_BIAS = CLASS_WEIGHTS + CLASSES * HIDDEN;

    static final int SIZE = CLASS_BIAS + CLASSES;

    private LeNet() {}

    /** Parameters to begin with: biases 0, weights uniform with the variance that He et al. 2015 give for rectifiers. */
    static float[] initial(Random random) {
        float[] parameters = new float[SIZE];
        fill(parameters, CONV_1_WEIGHTS, CONV_1_BIAS, KERNEL * KERNEL, random);
        fill(parameters, CONV_2_WEIGHTS, CONV_2_BIAS, CHANNELS_1 * KERNEL * KERNEL, random);
        fill(parameters, HIDDEN_WEIGHTS, HIDDEN_BIAS, FEATURES, random);
        fill(parameters, CLASS_WEIGHTS, CLASS_BIAS, HIDDEN, random);
        return parameters;
    }

    private static void fill(float[] parameters, int from, int to, int inputs, Random random) {
        float limit = (float) StrictMath.sqrt(6.0 / inputs);
        for (int i = from; i < to; i++) {
            parameters[i] = (2 * random.nextFloat() - 1) * limit;
        }
    }

    /**
     * Room to work on a few images at once; one thread at a time. The images of a channel lie one after the other, so
     * that a convolution is one long loop over all of them. Values computed across the right and lower edges are never
     * read.
     */
    static final class Slice {

        private final int images;
        private final int[] labels;
        private final float[] input;
        private final Stage stage1;
        private final Stage stage2;
        private final float[] features;
        private final float[] hidden;
        private final float[] probabilities;
        private final float[] featuresGradient;
        private final float[] hiddenGradient = new float[HIDDEN];

        /** The sum over the images of the loss' gradient, {@link #SIZE} floats; valid after {@link #backward}. */
        final float[] gradient = new float[SIZE];

        Slice(int images) {
            this.images = images;
            labels = new int[images];
            input = new float[images * WIDTH * WIDTH];
            stage1 = new Stage(images, 1, WIDTH, CHANNELS_1, CONV_1_WEIGHTS, CONV_1_BIAS);
            stage2 = new Stage(images, CHANNELS_1, POOLED_1, CHANNELS_2, CONV_2_WEIGHTS, CONV_2_BIAS);
            features = new float[images * FEATURES];
            hidden = new float[images * HIDDEN];
            probabilities = new float[images * CLASSES];
            featuresGradient = new float[FEATURES];
        }

        /**
         * Puts an image in, moved by some pixels; what is moved in is background.
         *
         * @param pixels {@code [28,28]}, 0 (background) to 255 (ink), unsigned
         */
        void set(int image, byte[] pixels, int label, int right, int down) {
            labels[image] = label;
            for (int y = 0; y < WIDTH; y++) {
                for (int x = 0; x < WIDTH; x++) {
                    int fromY = y - down;
                    int fromX = x - right;
                    boolean inside = fromY >= 0 && fromY < WIDTH && fromX >= 0 && fromX < WIDTH;
                    int value = inside ? pixels[fromY * WIDTH + fromX] & 255 : 0;
                    input[(image * WIDTH + y) * WIDTH + x] = value / 255f;
                }
            }
        }

        /** Computes the probabilities of every image. */
        void forward(float[] parameters) {
            stage1.forward(input, parameters);
            stage2.forward(stage1.pooled, parameters);
            for (int image = 0; image < images; image++) {
                gatherFeatures(image);
                dense(
                        features,
                        image * FEATURES,
                        FEATURES,
                        parameters,
                        HIDDEN_WEIGHTS,
                        HIDDEN_BIAS,
                        hidden,
                        HIDDEN,
                        image);
                for (int i = image * HIDDEN; i < (image + 1) * HIDDEN; i++) {
                    hidden[i] = Math.max(hidden[i], 0);
                }
                dense(
                        hidden,
                        image * HIDDEN,
                        HIDDEN,
                        parameters,
                        CLASS_WEIGHTS,
                        CLASS_BIAS,
                        probabilities,
                        CLASSES,
                        image);
                softmax(image * CLASSES);
            }
        }

        /** The class of the highest probability; valid after {@link #forward}. */
        int best(int image) {
            int best = 0;
            for (int i = 1; i < CLASSES; i++) {
                if (probabilities[image * CLASSES + i] > probabilities[image * CLASSES + best]) {
                    best = i;
                }
            }
            return best;
        }

        /** Computes {@link #gradient} of the cross entropy; after {@link #forward}. */
        void backward(float[] parameters) {
            Arrays.fill(gradient, 0);
            Arrays.fill(stage2.pooledGradient, 0);
            Arrays.fill(stage1.pooledGradient, 0);
            for (int image = 0; image < images; image++) {
                float[] classGradient = Arrays.copyOfRange(probabilities, image * CLASSES, (image + 1) * CLASSES);
                classGradient[labels[image]] -= 1;
                Arrays.fill(hiddenGradient, 0);
                for (int o = 0; o < CLASSES; o++) {
                    float g = classGradient[o];
                    gradient[CLASS_BIAS + o] += g;
                    add(gradient, CLASS_WEIGHTS + o * HIDDEN, hidden, image * HIDDEN, g, HIDDEN);
                    add(hiddenGradient, 0, parameters, CLASS_WEIGHTS + o * HIDDEN, g, HIDDEN);
                }
                Arrays.fill(featuresGradient, 0);
                for (int o = 0; o < HIDDEN; o++) {
                    if (hidden[image * HIDDEN + o] > 0) {
                        float g = hiddenGradient[o];
                        gradient[HIDDEN_BIAS + o] += g;
                        add(gradient, HIDDEN_WEIGHTS + o * FEATURES, features, image * FEATURES, g, FEATURES);
                        add(featuresGradient, 0, parameters, HIDDEN_WEIGHTS + o * FEATURES, g, FEATURES);
                    }
                }
                scatterFeatures(image);
            }
            stage2.backward(stage1.pooled, stage1.pooledGradient, parameters, gradient);
            stage1.backward(input, null, parameters, gradient);
        }

        private void gatherFeatures(int image) {
            int plane = POOLED_2 * POOLED_2;
            for (int c = 0; c < CHANNELS_2; c++) {
                System.arraycopy(
                        stage2.pooled, (c * images + image) * plane, features, image * FEATURES + c * plane, plane);
            }
        }

        private void scatterFeatures(int image) {
            int plane = POOLED_2 * POOLED_2;
            for (int c = 0; c < CHANNELS_2; c++) {
                System.arraycopy(
                        featuresGradient, c * plane, stage2.pooledGradient, (c * images + image) * plane, plane);
            }
        }

        private void softmax(int from) {
            float max = probabilities[from];
            for (int i = 1; i < CLASSES; i++) {
                max = Math.max(max, probabilities[from + i]);
            }
            double sum = 0;
            double[] exp = new double[CLASSES];
            for (int i = 0; i < CLASSES; i++) {
                exp[i] = StrictMath.exp(probabilities[from + i] - max);
                sum += exp[i];
            }
            for (int i = 0; i < CLASSES; i++) {
                probabilities[from + i] = (float) (exp[i] / sum);
            }
        }
    }

    /** One convolution of 5x5 without padding, rectifier and 2x2 maximum. */
    private static final class Stage {

        private final int images;
        private final int inChannels;
        private final int width;
        private final int outChannels;
        private final int weights;
        private final int bias;
        private final float[] convolved;
        private final int[] origin;

        /** {@code [outChannels, images, pooled height, pooled width]} */
        final float[] pooled;

        final float[] pooledGradient;

        Stage(int images, int inChannels, int width, int outChannels, int weights, int bias) {
            this.images = images;
            this.inChannels = inChannels;
            this.width = width;
            this.outChannels = outChannels;
            this.weights = weights;
            this.bias = bias;
            int pooledWidth = (width - KERNEL + 1) / 2;
            convolved = new float[images * width * width];
            pooled = new float[outChannels * images * pooledWidth * pooledWidth];
            pooledGradient = new float[pooled.length];
            origin = new int[pooled.length];
        }

        void forward(float[] in, float[] parameters) {
            int channel = images * width * width;
            int length = channel - (KERNEL - 1) * (width + 1);
            for (int o = 0; o < outChannels; o++) {
                Arrays.fill(convolved, parameters[bias + o]);
                for (int c = 0; c < inChannels; c++) {
                    for (int ky = 0; ky < KERNEL; ky++) {
                        int w = weights + ((o * inChannels + c) * KERNEL + ky) * KERNEL;
                        convolveRow(convolved, in, c * channel + ky * width, parameters, w, length);
                    }
                }
                pool(o);
            }
        }

        private static void convolveRow(float[] out, float[] in, int from, float[] parameters, int w, int length) {
            float w0 = parameters[w];
            float w1 = parameters[w + 1];
            float w2 = parameters[w + 2];
            float w3 = parameters[w + 3];
            float w4 = parameters[w + 4];
            for (int i = 0; i < length; i++) {
                out[i] += w0 * in[from + i]
                        + w1 * in[from + i + 1]
                        + w2 * in[from + i + 2]
                        + w3 * in[from + i + 3]
                        + w4 * in[from + i + 4];
            }
        }

        private void pool(int o) {
            int pooledWidth = (width - KERNEL + 1) / 2;
            int to = o * images * pooledWidth * pooledWidth;
            for (int image = 0; image < images; image++) {
                for (int y = 0; y < pooledWidth; y++) {
                    for (int x = 0; x < pooledWidth; x++) {
                        int at = (image * width + 2 * y) * width + 2 * x;
                        int best = at;
                        best = convolved[at + 1] > convolved[best] ? at + 1 : best;
                        best = convolved[at + width] > convolved[best] ? at + width : best;
                        best = convolved[at + width + 1] > convolved[best] ? at + width + 1 : best;
                        pooled[to] = Math.max(convolved[best], 0);
                        origin[to++] = best;
                    }
                }
            }
        }

        /** Only the pixel that was each maximum, and is above zero, has a gradient: the sums go over these alone. */
        void backward(float[] in, float @Nullable [] inGradient, float[] parameters, float[] gradient) {
            int channel = images * width * width;
            int perChannel = pooled.length / outChannels;
            for (int o = 0; o < outChannels; o++) {
                for (int p = o * perChannel; p < (o + 1) * perChannel; p++) {
                    float g = pooledGradient[p];
                    if (pooled[p] > 0 && g != 0) {
                        gradient[bias + o] += g;
                        for (int c = 0; c < inChannels; c++) {
                            for (int ky = 0; ky < KERNEL; ky++) {
                                int i = c * channel + origin[p] + ky * width;
                                int w = weights + ((o * inChannels + c) * KERNEL + ky) * KERNEL;
                                addKernelRow(gradient, w, in, i, g);
                                if (inGradient != null) {
                                    addKernelRow(inGradient, i, parameters, w, g);
                                }
                            }
                        }
                    }
                }
            }
        }

        private static void addKernelRow(float[] to, int t, float[] from, int f, float factor) {
            to[t] += factor * from[f];
            to[t + 1] += factor * from[f + 1];
            to[t + 2] += factor * from[f + 2];
            to[t + 3] += factor * from[f + 3];
            to[t + 4] += factor * from[f + 4];
        }
    }

    /** {@code out = weights · in + bias}, {@code inputs} a multiple of 4. */
    private static void dense(
            float[] in,
            int from,
            int inputs,
            float[] parameters,
            int weights,
            int bias,
            float[] out,
            int outputs,
            int image) {
        for (int o = 0; o < outputs; o++) {
            int w = weights + o * inputs;
            float sum0 = 0;
            float sum1 = 0;
            float sum2 = 0;
            float sum3 = 0;
            for (int i = 0; i < inputs; i += 4) {
                sum0 += parameters[w + i] * in[from + i];
                sum1 += parameters[w + i + 1] * in[from + i + 1];
                sum2 += parameters[w + i + 2] * in[from + i + 2];
                sum3 += parameters[w + i + 3] * in[from + i + 3];
            }
            out[image * outputs + o] = ((sum0 + sum1) + (sum2 + sum3)) + parameters[bias + o];
        }
    }

    private static void add(float[] to, int t, float[] from, int f, float factor, int length) {
        for (int i = 0; i < length; i++) {
            to[t + i] += factor * from[f + i];
        }
    }
}
