"""The reference: KServe's MNIST sample transformer, and the sandbox's model behind it."""

import gzip
import pathlib

import cv2
import numpy
import onnxruntime

RESOURCES = pathlib.Path(__file__).resolve().parent.parent / "resources"


def image_transform(image):
    """A picture's file, black on white -> 784 floats from 0 (background) to 1 (ink), as the sample computes them."""
    img = cv2.imread(str(image), cv2.IMREAD_GRAYSCALE)
    g = cv2.resize(255 - img, (28, 28))
    g = g.flatten() / 255.0
    return g.tolist()


class Model:
    """The checked-in model, one image a call, on one thread."""

    def __init__(self):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(
            str(RESOURCES / "model" / "mnist.onnx"), options, providers=["CPUExecutionProvider"]
        )

    def predict(self, instance):
        """784 floats -> the label and its probability."""
        batch = numpy.asarray([instance], dtype=numpy.float32)
        probabilities = self.session.run(["predictions"], {"input": batch})[0][0]
        label = int(probabilities.argmax())
        return label, float(probabilities[label])


def mnist_test():
    """The 10,000 test images, uint8 [10000, 28, 28], 0 background to 255 ink, and their true labels."""
    images = gzip.decompress((RESOURCES / "mnist" / "t10k-images-idx3-ubyte.gz").read_bytes())
    labels = gzip.decompress((RESOURCES / "mnist" / "t10k-labels-idx1-ubyte.gz").read_bytes())
    return (
        numpy.frombuffer(images, dtype=numpy.uint8, offset=16).reshape(-1, 28, 28),
        numpy.frombuffer(labels, dtype=numpy.uint8, offset=8),
    )
