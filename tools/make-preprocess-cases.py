#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes what tests/core/test-preprocess.c and tests/io/test-image.c compare with.

Made with Pillow 9.4.0, OpenCV 4.6.0 and NumPy 1.24.2 of Debian 12 (python3-pil, python3-opencv):
    /usr/bin/python3 tools/make-preprocess-cases.py tests/data
"""
import io
import os
import sys

import cv2
import numpy as np
from PIL import Image

PILLOW = {
    "pil-nearest": Image.NEAREST,
    "pil-box": Image.BOX,
    "pil-bilinear": Image.BILINEAR,
    "pil-bicubic": Image.BICUBIC,
    "pil-lanczos": Image.LANCZOS,
}
OPENCV = {
    "opencv-nearest": cv2.INTER_NEAREST,
    "opencv-linear": cv2.INTER_LINEAR,
    "opencv-cubic": cv2.INTER_CUBIC,
    "opencv-area": cv2.INTER_AREA,
}
# width, height, channels, new width, new height
SIZES = [
    (17, 11, 3, 7, 5),  # shrink
    (5, 4, 3, 9, 7),  # grow
    (12, 8, 3, 6, 4),  # halves
    (12, 9, 1, 4, 3),  # thirds
    (23, 3, 1, 5, 8),  # shrink and grow
    (9, 7, 3, 9, 3),  # one side only
    (1, 1, 1, 3, 2),
    (64, 2, 1, 3, 2),  # wide filter
]


def noise(width, height, channels):
    """The same bytes as noise_image() in the test."""
    state = width * 131 + height * 17 + channels
    out = np.zeros(width * height * channels, np.uint8)
    for i in range(out.size):
        state = (state * 1103515245 + 12345) & 0xFFFFFFFF
        out[i] = (state >> 16) & 255
    return out.reshape(height, width, channels)


def pillow(array):
    return Image.fromarray(array[:, :, 0] if array.shape[2] == 1 else array)


def resample(folder):
    with open(os.path.join(folder, "resample.txt"), "w") as out:
        print("# mode width height channels new-width new-height bytes; see tools/make-preprocess-cases.py", file=out)
        for width, height, channels, new_width, new_height in SIZES:
            source = noise(width, height, channels)
            for name, mode in list(PILLOW.items()) + list(OPENCV.items()):
                if name in PILLOW:
                    result = np.array(pillow(source).resize((new_width, new_height), mode))
                else:
                    result = cv2.resize(source, (new_width, new_height), interpolation=mode)
                print(name, width, height, channels, new_width, new_height, result.tobytes().hex(), file=out)


def encode(image, kind, **options):
    data = io.BytesIO()
    image.save(data, kind, **options)
    return data.getvalue()


def pictures():
    y, x = np.mgrid[0:9, 0:13]
    base = np.stack([x * 19, y * 28, (x + y) * 11], -1).astype(np.uint8)
    base[2:5, 3:8] = (250, 20, 90)
    rgb = Image.fromarray(base)
    alpha = rgb.convert("RGBA")
    alpha.putalpha(rgb.convert("L"))
    deep = np.random.default_rng(7).integers(0, 65536, (9, 13, 3)).astype(np.uint16)
    files = {
        "rgb.png": encode(rgb, "PNG"),
        "gray.png": encode(rgb.convert("L"), "PNG"),
        "bilevel.png": encode(rgb.convert("1"), "PNG"),
        "alpha.png": encode(alpha, "PNG"),
        "gray-alpha.png": encode(alpha.convert("LA"), "PNG"),
        "palette.png": encode(rgb.convert("P"), "PNG"),
        "palette4.png": encode(rgb.quantize(4), "PNG", bits=2),
        "palette-alpha.png": encode(rgb.quantize(16), "PNG", bits=4, transparency=bytes(range(0, 160, 10))),
        "deep.png": cv2.imencode(".png", deep)[1].tobytes(),
        "rgb.jpg": encode(rgb, "JPEG", quality=85),
        "rgb444.jpg": encode(rgb, "JPEG", quality=85, subsampling=0),
        "gray.jpg": encode(rgb.convert("L"), "JPEG"),
        "progressive.jpg": encode(rgb, "JPEG", progressive=True),
        "cmyk.jpg": encode(rgb.convert("CMYK"), "JPEG"),
        "rgb.bmp": encode(rgb, "BMP"),
        "palette.bmp": encode(rgb.convert("P"), "BMP"),
        "alpha.bmp": encode(alpha, "BMP"),
        "rgb.ppm": encode(rgb, "PPM"),
        "gray.pgm": encode(rgb.convert("L"), "PPM"),
        "maximum100.pgm": b"P5 # comment\n3 2\n100\n" + bytes([0, 1, 50, 99, 100, 33]),
    }
    exif = Image.Exif()
    exif[0x0112] = 6  # a quarter turn, which is not to be applied
    files["turned.jpg"] = encode(rgb, "JPEG", exif=exif)
    return files


def images(folder):
    os.makedirs(os.path.join(folder, "images"), exist_ok=True)
    with open(os.path.join(folder, "images.txt"), "w") as out:
        print("# file width height bytes of Pillow's convert (\"RGB\"); see tools/make-preprocess-cases.py", file=out)
        for name, data in pictures().items():
            with open(os.path.join(folder, "images", name), "wb") as file:
                file.write(data)
            rgb = np.array(Image.open(io.BytesIO(data)).convert("RGB"))
            print(name, rgb.shape[1], rgb.shape[0], rgb.tobytes().hex(), file=out)


def luma(folder):
    rgb = noise(16, 16, 3)
    with open(os.path.join(folder, "luma.txt"), "w") as out:
        print(np.array(Image.fromarray(rgb).convert("L")).tobytes().hex(), file=out)


if __name__ == "__main__":
    for write in (resample, images, luma):
        write(sys.argv[1])
