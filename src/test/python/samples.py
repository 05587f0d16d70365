"""Writes src/test/resources/samples: pictures to upload, made from MNIST test images, black on white.

Ten digits as MNIST has them (28x28 PNG), and some as people send them: larger, JPEG, in colour. Each is one that the
reference tells right with a confidence of 0.999 or more. The first digit in a file's name is the digit on it.
"""

import cv2

from reference import RESOURCES, Model, image_transform, mnist_test

SAMPLES = RESOURCES / "samples"
CERTAIN = 0.999


def larger(image, size):
    return cv2.resize(image, (size, size), interpolation=cv2.INTER_CUBIC)


def blue_ink(image):
    """Gray to BGR: paper stays white, ink becomes dark blue."""
    return cv2.merge([cv2.max(image, 96), image, image])


LARGER = [
    (2, "2-200x200.png", lambda image: larger(image, 200)),
    (3, "3-640x640.png", lambda image: larger(image, 640)),
    (5, "5-200x200.jpg", lambda image: larger(image, 200)),
    (7, "7-blue-ink-200x200.png", lambda image: blue_ink(larger(image, 200))),
    (9, "9-blue-ink-320x320.jpg", lambda image: blue_ink(larger(image, 320))),
]


def main():
    model = Model()
    images, truths = mnist_test()
    SAMPLES.mkdir(exist_ok=True)
    used = set()

    def write(digit, name, make):
        for index in range(len(images)):
            if truths[index] == digit and index not in used:
                cv2.imwrite(str(SAMPLES / name), make(255 - images[index]))
                label, confidence = model.predict(image_transform(SAMPLES / name))
                if label == digit and confidence >= CERTAIN:
                    used.add(index)
                    print(f"{name}: MNIST test image {index}, confidence {confidence:.6f}")
                    return
        raise SystemExit(f"no image of {digit} is certain enough for {name}")

    for digit in range(10):
        write(digit, f"{digit}.png", lambda image: image)
    for digit, name, make in LARGER:
        write(digit, name, make)


if __name__ == "__main__":
    main()
