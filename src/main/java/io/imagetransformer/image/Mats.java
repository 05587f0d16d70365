package io.imagetransformer.image;

import java.util.ArrayDeque;
import java.util.Deque;

import org.opencv.core.Mat;

/** Owns the native memory of one transform: whatever was put in here is released when it closes, on every path. */
final class Mats implements AutoCloseable {
    private final Deque<Mat> owned = new ArrayDeque<>();

    <M extends Mat> M own(M mat) {
        owned.push(mat);
        return mat;
    }

    @Override
    public void close() {
        owned.forEach(Mat::release);
    }
}
