package io.imagetransformer.image;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The pictures under {@code images/corpus} and what is known of them. Made by {@code src/test/python/golden.py}. */
final class Corpus {

    /** One line of {@code golden.tsv}: what the Python reference makes of a picture with some settings. */
    record Golden(String file, int width, int height, int channels, Invert invert, String pictureSize, String digest) {

        boolean isReadByTheReference() {
            return !digest.equals("none");
        }

        ImageSettings settings() {
            return new ImageSettings(
                    width, height, channels, invert, ImageSettings.DEFAULT_MAX_BYTES, ImageSettings.DEFAULT_MAX_PIXELS);
        }

        @Override
        public String toString() {
            return file + " as " + width + "x" + height + "x" + channels + " " + invert;
        }
    }

    private Corpus() {}

    static Stream<Golden> golden() {
        return lines("golden.tsv")
                .map(f -> new Golden(
                        f[0],
                        Integer.parseInt(f[1]),
                        Integer.parseInt(f[2]),
                        Integer.parseInt(f[3]),
                        f[4].equals("always") ? Invert.ALWAYS : Invert.NEVER,
                        f[5] + "x" + f[6],
                        f[7]));
    }

    /** What we refuse, with the reason code: kept by hand, as it is our decision and not the reference's. */
    static Map<String, String> refused() {
        Map<String, String> refused = new TreeMap<>();
        lines("refused.tsv").forEach(f -> refused.put(f[0], f[1]));
        return refused;
    }

    /** Plain numbers of a few pictures. */
    static Map<String, double[]> vectors() {
        Map<String, double[]> vectors = new TreeMap<>();
        lines("vectors.tsv")
                .forEach(f -> vectors.put(
                        f[0],
                        Arrays.stream(f[1].split(" "))
                                .mapToDouble(Double::parseDouble)
                                .toArray()));
        return vectors;
    }

    /** Every file of the corpus, once. */
    static List<String> files() {
        return golden().map(Golden::file).distinct().toList();
    }

    /** Those that we read, up to a size. */
    static List<String> readable(int mostBytes) {
        Map<String, String> refused = refused();
        return files().stream()
                .filter(file -> !refused.containsKey(file) && bytes(file).length <= mostBytes)
                .toList();
    }

    static byte[] bytes(String file) {
        return resource("corpus/" + file);
    }

    /** As golden.py computes it. */
    static String digest(double[] values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Double.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asDoubleBuffer().put(values);
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes.array()));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Stream<String[]> lines(String name) {
        return new String(resource(name), StandardCharsets.UTF_8)
                .lines()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .map(line -> line.split("\t"));
    }

    private static byte[] resource(String name) {
        try (InputStream in = Corpus.class.getResourceAsStream("/images/" + name)) {
            if (in == null) {
                throw new IllegalStateException("no test resource images/" + name);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
