"""Writes V1 requests as Python writes them: what ours have to be, byte for byte.

    python3 src/test/python/requests_v1.py --out src/test/resources/predictor

Nothing but the standard library, and seeded: every Python 3 writes the same files. Under --out it leaves

    pixels.json     one instance: the 256 values that a pixel may have
    doubles.json    one instance: doubles of every magnitude
    doubles.hex     the same doubles, their 64 bits as 16 hexadecimal digits, one a line
"""

import argparse
import json
import pathlib
import random
import struct

EDGES = [0.0, -0.0, 1.0, -1.0, 5e-324, 2.2250738585072014e-308, 1.7976931348623157e308, 2e23, 9007199254740993.0,
         1e15, 1e16, 123456789012345680.0, 1e-4, 1e-5, 0.00012345, 100.0, 0.1, 1 / 3]


def request(values):
    return json.dumps({"instances": [values]}, separators=(",", ":"))


def doubles():
    rng = random.Random(20261122)
    anything = [struct.unpack(">d", rng.randbytes(8))[0] for _ in range(1200)]
    finite = [value for value in anything if value - value == 0]
    return EDGES + finite[:800] + [rng.random() for _ in range(200)] + [rng.randrange(1, 10) * 10.0 ** rng.randrange(-30, 30) for _ in range(100)]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=pathlib.Path, required=True)
    out = parser.parse_args().out
    values = doubles()
    (out / "pixels.json").write_text(request([b / 255.0 for b in range(256)]))
    (out / "doubles.json").write_text(request(values))
    (out / "doubles.hex").write_text("".join(struct.pack(">d", value).hex() + "\n" for value in values))


if __name__ == "__main__":
    main()
