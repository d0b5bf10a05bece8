"""What image files say of themselves, against what TensorFlow decodes."""

from __future__ import annotations

import struct
import zlib

import numpy as np
import pytest
import tensorflow as tf

from owltf.data.source.image_header import MOST_PIXELS, read_header, too_large

PIXELS = np.random.default_rng(0).integers(0, 256, (4, 7, 3), np.uint8)


def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width, height, extra=b""):
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + extra + chunk(b"IDAT", b"")


def bmp(width, height):
    return b"BM" + bytes(12) + struct.pack("<Iii", 40, width, height) + bytes(28)


def gif(width, height, frames):
    frame = b"\x2c" + struct.pack("<HHHHB", 0, 0, width, height, 0) + b"\x02\x01\x00\x00"
    extension = b"\x21\xf9\x04" + bytes(4) + b"\x00"
    screen = b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + bytes(6)
    return screen + (extension + frame) * frames + b";"


def size(data):
    header = read_header(data)
    return header.width, header.height


@pytest.mark.parametrize(
    "options", [{}, {"progressive": True}, {"format": "grayscale"}, {"optimize_size": True}]
)
def test_jpegs(options):
    pixels = PIXELS[:, :, :1] if "format" in options else PIXELS
    contents = tf.io.encode_jpeg(pixels, **options).numpy()
    assert size(contents) == (7, 4)
    assert read_header(contents).is_color_jpeg == ("format" not in options)


def test_other_formats():
    assert size(tf.io.encode_png(PIXELS).numpy()) == (7, 4)
    assert not read_header(tf.io.encode_png(PIXELS).numpy()).is_color_jpeg
    assert read_header(tf.io.encode_png(PIXELS.astype(np.uint16)).numpy()).bits == 16
    assert size(bmp(7, -4)) == (7, 4)
    assert read_header(gif(7, 4, 5)).pixels == 7 * 4 * 6


def test_orientation_of_a_png():
    tiff = b"II" + struct.pack("<HIHHHIHHI", 42, 8, 1, 0x0112, 3, 1, 6, 0, 0)
    assert read_header(png(7, 4, chunk(b"eXIf", tiff))).orientation == 6
    assert read_header(png(7, 4, chunk(b"eXIf", tiff[:15]))).orientation == 1


def test_bound():
    for data in (png(30_000, 30_000), bmp(30_000, 30_000), gif(10_000, 1_000, 100)):
        assert "--max-image-pixels is 178,956,970" in too_large(read_header(data), None)
    assert too_large(read_header(png(MOST_PIXELS, 1)), None) is None
    assert too_large(read_header(png(10, 10)), 99).startswith("is an image of 10 x 10 pixels")


def test_no_images():
    whole = tf.io.encode_jpeg(PIXELS).numpy()
    for data in (
        b"",
        b"text",
        b"\xff\xd8\xff",
        whole[:100],
        b"\x89PNG\r\n\x1a\n",
        b"GIF89a",
        b"BM",
    ):
        assert read_header(data) is None


def test_a_png_with_a_chunk_that_is_larger_than_its_file():
    """OpenCV would take 4 GiB for it."""
    whole = png(4, 7)
    at = whole.index(b"IDAT") - 4
    assert read_header(whole)
    assert read_header(whole[:at] + b"\xff\xff\0\0" + whole[at + 4 :]) is None
