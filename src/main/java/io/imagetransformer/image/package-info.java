/**
 * From the bytes of an uploaded picture to the tensor that the model takes, or to the reason why not. Start at
 * {@link io.imagetransformer.image.ImageTransform}. This room knows neither Camel nor Kafka nor AWS.
 *
 * <p>The rule of the numbers is {@code image_transform} of the KServe MNIST transformer sample: {@code cv2.imread(path,
 * IMREAD_GRAYSCALE)}, {@code 255 - img}, {@code cv2.resize(img, (28, 28))}, flatten, {@code / 255.0}; here with the same
 * library, so that the doubles are the same to the last bit. {@code src/test/python/golden.py} computes what they are
 * compared with.
 *
 * <p>Facts that are easy to get wrong:
 *
 * <ul>
 *   <li>The tensor is {@code (b & 255) / 255.0}. {@code Mat.convertTo(CV_64F, 1 / 255.0)} multiplies by a reciprocal and
 *       differs in the last bit.
 *   <li>Inverting comes before resizing: the resize rounds, so the other order gives other numbers.
 *   <li>{@code imread} and {@code imdecode} turn the picture as its EXIF orientation says (JPEG, PNG), or its TIFF
 *       orientation; for WebP, OpenCV 4.9 does not read it.
 *   <li>A JPEG that stops half-way decodes without any error into a grey lower half; a 30000 x 30000 PNG of 109 KB decodes
 *       in seconds into a gigabyte. Therefore {@link io.imagetransformer.image.HeaderCheck} reads the header before the
 *       decoder sees a byte.
 *   <li>{@code imdecode} returns an empty {@code Mat} for most bad input and throws {@code CvException} for some; both are
 *       one refusal here. Its native code also prints a line to stderr, which cannot be turned off from Java.
 *   <li>Pixels live in native memory that the garbage collector does not see: each {@code Mat} is owned by a
 *       {@link io.imagetransformer.image.Mats}, which releases it. The small header of each Mat (about 100 bytes) is freed
 *       by a finalizer: do not run with {@code --finalization=disabled}.
 *   <li>OpenCV's thread count is one per process, and {@link io.imagetransformer.image.OpenCv#load()} sets it to 1.
 * </ul>
 */
@NullMarked
package io.imagetransformer.image;

import org.jspecify.annotations.NullMarked;
