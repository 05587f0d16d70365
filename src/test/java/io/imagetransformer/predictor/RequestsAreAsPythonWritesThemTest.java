package io.imagetransformer.predictor;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import io.imagetransformer.image.Tensor;

import static org.assertj.core.api.Assertions.assertThat;

/** Byte for byte {@code json.dumps({"instances": ...})}: the golden files are {@code src/test/python/requests_v1.py}'s. */
class RequestsAreAsPythonWritesThemTest {
    @Test
    void forEveryValueOfAPixel() {
        // Given
        double[] pixels = IntStream.range(0, 256).mapToDouble(b -> b / 255.0).toArray();

        // When
        byte[] request = V1Protocol.request(List.of(row(pixels)));

        // Then
        assertThat(text(request)).isEqualTo(golden("pixels.json"));
    }

    @Test
    void forDoublesOfEveryMagnitude() {
        // Given
        double[] doubles = golden("doubles.hex")
                .lines()
                .mapToDouble(hex -> Double.longBitsToDouble(Long.parseUnsignedLong(hex, 16)))
                .toArray();

        // When
        byte[] request = V1Protocol.request(List.of(row(doubles)));

        // Then
        assertThat(text(request)).isEqualTo(golden("doubles.json"));
    }

    @Test
    void oneListPerInstanceInTheirOrder() {
        // Given
        List<Tensor> instances = List.of(row(0, 1), row(1 / 255.0, 0.5), row(1, 0));

        // When
        byte[] request = V1Protocol.request(instances);

        // Then
        assertThat(text(request)).isEqualTo("{\"instances\":[[0.0,1.0],[0.00392156862745098,0.5],[1.0,0.0]]}");
    }

    @Test
    void aTensorIsFlatRowByRow() {
        // Given
        Tensor tensor = new Tensor(2, 2, 1, new double[] {0, 1, 1, 0});

        // When
        byte[] request = V1Protocol.request(Collections.nCopies(1, tensor));

        // Then
        assertThat(text(request)).isEqualTo("{\"instances\":[[0.0,1.0,1.0,0.0]]}");
    }

    @Test
    void noInstancesAreAnEmptyList() {
        // Given
        List<Tensor> none = List.of();

        // When
        byte[] request = V1Protocol.request(none);

        // Then
        assertThat(text(request)).isEqualTo("{\"instances\":[]}");
    }

    private static Tensor row(double... values) {
        return new Tensor(1, values.length, 1, values);
    }

    private static String text(byte[] request) {
        return new String(request, StandardCharsets.US_ASCII);
    }

    private static String golden(String name) {
        try (InputStream in = RequestsAreAsPythonWritesThemTest.class.getResourceAsStream("/predictor/" + name)) {
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
