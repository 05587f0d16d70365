package io.imagetransformer.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.imagetransformer.image.TransformResult.Refused;
import io.imagetransformer.image.TransformResult.Transformed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;

/** Limits hold by the header, before anything is decoded. */
class HostileHeadersAreRefusedTest {
    private static final HeaderCheck CHECK =
            new HeaderCheck(ImageSettings.DEFAULT_MAX_BYTES, ImageSettings.DEFAULT_MAX_PIXELS);

    @Test
    void aGigabyteInAHundredKilobytesIsRefusedInMicroseconds() {
        // Given
        byte[] bomb = Corpus.bytes("bad-png-30000x30000.png");
        int times = 1_000;

        // When
        long start = System.nanoTime();
        for (int i = 0; i < times; i++) {
            assertThat(reason(bomb)).isEqualTo(RefusedReason.TOO_MANY_PIXELS);
        }
        long micros = TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - start) / times;

        // Then
        assertThat(micros).as("microseconds each; some 2 on an idle core").isLessThan(1_000);
    }

    @Test
    void aPictureOfExactlyTheLimitPassesAndOneMorePixelDoesNot() {
        // Given
        byte[] image = Corpus.bytes("png-noise-56x56.png");

        // When
        HeaderCheck.Verdict atTheLimit = new HeaderCheck(image.length, 56 * 56).check(image);
        HeaderCheck.Verdict above = new HeaderCheck(image.length, 56 * 56 - 1).check(image);

        // Then
        assertThat(atTheLimit).isEqualTo(new HeaderCheck.Whole(ImageFormat.PNG, 56, 56));
        assertThat(reason(above)).isEqualTo(RefusedReason.TOO_MANY_PIXELS);
    }

    @Test
    void aFileOfExactlyTheLimitPassesAndOneMoreByteDoesNot() {
        // Given
        byte[] image = Corpus.bytes("png-noise-56x56.png");

        // When
        HeaderCheck.Verdict atTheLimit = new HeaderCheck(image.length, 1_000_000).check(image);
        HeaderCheck.Verdict above = new HeaderCheck(image.length - 1, 1_000_000).check(image);

        // Then
        assertThat(atTheLimit).isInstanceOf(HeaderCheck.Whole.class);
        assertThat(reason(above)).isEqualTo(RefusedReason.TOO_MANY_BYTES);
    }

    @ParameterizedTest
    @ValueSource(longs = {0x7FFFFFFFL, 0x80000000L, 0xFFFFFFFFL, 0x10000L, 0x20000001L})
    void dimensionsWhoseProductOverflowsAreTooMany(long side) {
        // Given
        byte[] png = Corpus.bytes("png-noise-28x28.png");
        ByteBuffer.wrap(png).putInt(16, (int) side).putInt(20, (int) side);

        // When
        RefusedReason reason = reason(png);

        // Then
        assertThat(reason).isEqualTo(RefusedReason.TOO_MANY_PIXELS);
    }

    @Test
    void aBigTiffWhoseProductOverflows64BitsIsRefused() {
        // Given
        byte[] tiff = bigTiff(1L << 33, 1L << 33);

        // When
        RefusedReason reason = reason(tiff);

        // Then
        assertThat(reason).isEqualTo(RefusedReason.TOO_MANY_PIXELS);
    }

    @Test
    void aBigTiffWiderThan63BitsIsRefused() {
        // Given
        byte[] tiff = bigTiff(-1L, 1);

        // When
        HeaderCheck.Verdict verdict = CHECK.check(tiff);

        // Then
        assertThat(verdict).isInstanceOf(HeaderCheck.Faulty.class);
    }

    @Test
    void aWebpWhoseCanvasIsSmallButWhosePictureIsHugeIsRefused() {
        // Given
        byte[] webp = Corpus.bytes("webp-lossy-q75-16x16.webp");
        ByteBuffer.wrap(webp)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putShort(26, (short) 16383)
                .putShort(28, (short) 16383);

        // When
        RefusedReason reason = reason(webp);

        // Then
        assertThat(reason).isEqualTo(RefusedReason.TOO_MANY_PIXELS);
    }

    @Test
    void aTileLargerThanItsPictureCountsAsMuchAsItTakes() {
        // Given
        byte[] tiff = Corpus.bytes("bad-tiff-huge-tiles.tif");
        HeaderCheck generous = new HeaderCheck(tiff.length, 1L << 30);

        // When
        HeaderCheck.Verdict verdict = generous.check(tiff);

        // Then
        assertThat(verdict).isEqualTo(new HeaderCheck.Whole(ImageFormat.TIFF, 19, 22, (1L << 24) * 16));
    }

    @Test
    void aJpegOfAsManyScansAsAllowedPasses() {
        // Given
        byte[] image = Corpus.bytes("bad-jpeg-300-scans.jpg");
        int scans = 0;
        int end = 0;
        for (int i = 0; scans <= 100; i++) {
            if ((image[i] & 0xFF) == 0xFF && (image[i + 1] & 0xFF) == 0xDA) {
                scans++;
                end = i;
            }
        }
        byte[] hundred = Arrays.copyOf(image, end + 2);
        hundred[end + 1] = (byte) 0xD9;

        // When
        HeaderCheck.Verdict verdict = CHECK.check(hundred);

        // Then
        assertThat(verdict).isInstanceOf(HeaderCheck.Whole.class);
    }

    @Test
    void aLargeJpegOfManyScansIsRefused() {
        // Given
        byte[] image = Corpus.bytes("bad-jpeg-300-scans.jpg");
        HeaderCheck twiceThePicture = new HeaderCheck(image.length, 2 * 16 * 16);

        // When
        HeaderCheck.Verdict verdict = twiceThePicture.check(image);

        // Then
        assertThat(((HeaderCheck.Faulty) verdict).refused())
                .isEqualTo(new Refused(RefusedReason.TOO_MANY_SCANS, "a JPEG of 16 x 16 pixels, 41 times"));
    }

    @Test
    void aProgressivePictureOfExactlyTheLimitTransforms() {
        // Given
        ImageTransform transform =
                new ImageTransform(new ImageSettings(28, 28, 1, Invert.ALWAYS, 1 << 20, 3000 * 4000));

        // When
        TransformResult result = transform.transform(Corpus.bytes("jpeg-smooth-3000x4000-progressive.jpg"));

        // Then
        assertThat(result).isInstanceOf(Transformed.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\u0089PNG\r\n\u001a\n",
                "\u00ff\u00d8\u00ff",
                "BM",
                "II*\0",
                "MM\0*",
                "II+\0",
                "MM\0+",
                "RIFF\0\0\0\0WEBP",
                "RIFF\0\0\0\0WEBPVP8X",
                "RIFF\u00ff\u00ff\u00ff\u00ffWEBPVP8 \u00ff\u00ff\u00ff\u00ff",
                "RIFF\u00ff\u00ff\u00ff\u007fWEBPabcd\u00ff\u00ff\u00ff\u00ff"
            })
    void aSignatureWithNothingOrOnesBehindItIsRefused(String signature) {
        // Given
        byte[] start = signature.getBytes(StandardCharsets.ISO_8859_1);
        byte[] ones = new byte[300];
        Arrays.fill(ones, (byte) 0xFF);
        System.arraycopy(start, 0, ones, 0, start.length);

        // When
        RefusedReason ofNothing = reason(start);
        RefusedReason ofOnes = reason(ones);

        // Then
        assertThat(ofNothing).isNotNull();
        assertThat(ofOnes).isNotNull();
    }

    @Test
    void aMessageHoldsNoneOfThePicturesOwnText() {
        // Given
        byte[] text = "password=hunter2".getBytes(StandardCharsets.US_ASCII);

        // When
        Refused refused = ((HeaderCheck.Faulty) CHECK.check(text)).refused();

        // Then
        assertThat(refused.message()).contains("70 61 73 73 77 6f 72 64").doesNotContain("password");
    }

    @Test
    void everyReasonHasACodeInKebabCase() {
        // Given
        RefusedReason[] reasons = RefusedReason.values();

        // When
        // Then
        assertThat(reasons).extracting(RefusedReason::code).allSatisfy(code -> assertThat(code)
                .matches("[a-z]+(-[a-z]+)*"));
        assertThatNoException().isThrownBy(() -> RefusedReason.valueOf("TRUNCATED_IMAGE"));
    }

    private static RefusedReason reason(byte[] image) {
        return reason(CHECK.check(image));
    }

    private static RefusedReason reason(HeaderCheck.Verdict verdict) {
        assertThat(verdict).isInstanceOf(HeaderCheck.Faulty.class);
        return ((HeaderCheck.Faulty) verdict).refused().reason();
    }

    /** Width and height as 64-bit values, and nothing else. */
    private static byte[] bigTiff(long width, long height) {
        ByteBuffer tiff = ByteBuffer.allocate(80).order(ByteOrder.LITTLE_ENDIAN);
        tiff.put("II+\0".getBytes(StandardCharsets.US_ASCII))
                .putShort((short) 8)
                .putShort((short) 0);
        tiff.putLong(16).putLong(2);
        tiff.putShort((short) 256).putShort((short) 16).putLong(1).putLong(width);
        tiff.putShort((short) 257).putShort((short) 16).putLong(1).putLong(height);
        return tiff.array();
    }
}
