package io.imagetransformer.image;

import org.opencv.core.Core;
import org.opencv.core.CvException;
import org.opencv.core.Mat;
import org.opencv.core.MatOfByte;
import org.opencv.core.Size;
import org.opencv.imgcodecs.Imgcodecs;
import org.opencv.imgproc.Imgproc;

import io.imagetransformer.TransientFailure;
import io.imagetransformer.image.TransformResult.Refused;
import io.imagetransformer.image.TransformResult.Transformed;

/**
 * The bytes of an uploaded picture in, the tensor that the model takes out: bit for bit what {@code image_transform} of the
 * KServe MNIST transformer sample computes ({@code imread}, {@code 255 - img}, {@code cv2.resize} with its default
 * interpolation, {@code / 255.0}), for every picture that is accepted.
 *
 * <p>Limits, format and completeness are read out of the header, in microseconds, before the decoder sees a byte.
 *
 * <p>Thread safe; make one and share it. While it is decoded, a picture takes native memory: up to 4 bytes a pixel in grey, 6
 * in colour, 12 for a TIFF of 16-bit RGBA in one strip. All of it is given back before {@link #transform} returns, and all
 * pictures that are decoded at the same moment hold {@code image.max-pixels} together at most, so that memory does not grow
 * with the number of threads: a large picture waits for its turn.
 */
public final class ImageTransform {
    private static final double[] PER_255 = new double[256];

    static {
        for (int level = 0; level < PER_255.length; level++) {
            PER_255[level] = level / 255.0;
        }
    }

    private final ImageSettings settings;
    private final HeaderCheck headerCheck;
    private final PixelBudget budget;

    /** Loads OpenCV at the first one, see {@link OpenCv#load()}. */
    public ImageTransform(ImageSettings settings) {
        OpenCv.load();
        this.settings = settings;
        this.headerCheck = new HeaderCheck(settings.maxBytes(), settings.maxPixels());
        this.budget = new PixelBudget(settings.maxPixels());
    }

    /**
     * @param image the whole object as it was uploaded; not changed
     * @return a tensor or a reason, never null
     * @throws TransientFailure if native memory is short for a picture within the limits
     */
    public TransformResult transform(byte[] image) {
        HeaderCheck.Verdict verdict = headerCheck.check(image);
        if (verdict instanceof HeaderCheck.Whole whole) {
            return budget.spend(whole.decodedPixels(), () -> decode(image, whole.format()));
        }
        return ((HeaderCheck.Faulty) verdict).refused();
    }

    private TransformResult decode(byte[] image, ImageFormat format) {
        try (Mats mats = new Mats()) {
            Mat encoded = mats.own(new MatOfByte(image));
            Mat picture = mats.own(Imgcodecs.imdecode(encoded, readFlag()));
            if (picture.empty()) {
                return undecodable(format);
            }
            boolean invert = invert(picture, mats);
            if (invert) {
                // Every bit flipped is 255 - pixel, in place.
                Core.bitwise_not(picture, picture);
            }
            Mat resized = mats.own(new Mat());
            Imgproc.resize(picture, resized, new Size(settings.width(), settings.height()));
            return new Transformed(tensor(resized), format, picture.cols(), picture.rows(), invert);
        } catch (CvException e) {
            if (isOutOfMemory(e)) {
                throw new TransientFailure("native memory is short for a picture within image.max-pixels", e);
            }
            return undecodable(format);
        }
    }

    private int readFlag() {
        return settings.channels() == 1 ? Imgcodecs.IMREAD_GRAYSCALE : Imgcodecs.IMREAD_COLOR;
    }

    private boolean invert(Mat picture, Mats mats) {
        if (settings.invert() != Invert.AUTO) {
            return settings.invert() == Invert.ALWAYS;
        }
        if (picture.channels() == 1) {
            return Polarity.isDarkOnLight(picture);
        }
        Mat grey = mats.own(new Mat());
        Imgproc.cvtColor(picture, grey, Imgproc.COLOR_BGR2GRAY);
        return Polarity.isDarkOnLight(grey);
    }

    private Tensor tensor(Mat resized) {
        int channels = settings.channels();
        byte[] levels = new byte[settings.width() * settings.height() * channels];
        resized.get(0, 0, levels);
        double[] values = new double[levels.length];
        for (int i = 0; i < levels.length; i++) {
            // Of three channels OpenCV gives blue, green, red: 2 - c turns a pixel round.
            int from = channels == 1 ? i : i - i % 3 + (2 - i % 3);
            values[i] = PER_255[levels[from] & 255];
        }
        return new Tensor(settings.height(), settings.width(), channels, values);
    }

    private static Refused undecodable(ImageFormat format) {
        return new Refused(
                RefusedReason.UNDECODABLE_IMAGE,
                "the header is that of a whole " + format + ", but it does not decode");
    }

    /** OpenCV's code for it is -4 (StsNoMem); its Java exception carries codes as text only. */
    private static boolean isOutOfMemory(CvException e) {
        String message = e.getMessage();
        return message != null && message.contains("(-4:");
    }
}
