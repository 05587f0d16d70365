"""Writes src/test/resources/mnist/reference-labels.csv: what the reference makes of every MNIST test image.

    python3.11 -m venv target/python && target/python/bin/pip install -r src/test/python/requirements.txt &&
      target/python/bin/python src/test/python/labels.py
"""

import pathlib
import tempfile

import cv2

from reference import RESOURCES, Model, image_transform, mnist_test

HEADER = """\
# What the Python reference and mnist.onnx make of MNIST's 10,000 test images, in their order.
# Polarity: each was uploaded black on white, that is as a PNG of 255 - its pixels; the reference inverts it back.
# cv2 {cv2}: imread grayscale, 255 - img, resize to 28x28, / 255. confidence: probability of the label.
# Written by src/test/python/labels.py. MNIST is by Yann LeCun and Corinna Cortes, CC BY-SA 3.0.
index,truth,label,confidence
"""


def main():
    model = Model()
    images, truths = mnist_test()
    right = 0
    with tempfile.TemporaryDirectory() as directory, open(
        RESOURCES / "mnist" / "reference-labels.csv", "w", encoding="ascii", newline="\n"
    ) as csv:
        png = str(pathlib.Path(directory) / "image.png")
        csv.write(HEADER.format(cv2=cv2.__version__))
        for index, (image, truth) in enumerate(zip(images, truths)):
            cv2.imwrite(png, 255 - image)
            label, confidence = model.predict(image_transform(png))
            right += label == truth
            csv.write(f"{index},{truth},{label},{confidence:.6f}\n")
    print(f"{right} of {len(images)} right")


if __name__ == "__main__":
    main()
