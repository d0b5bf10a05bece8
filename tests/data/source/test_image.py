"""Decoding, turning and resizing, by the figures of real Caffe."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
import pytest
import tensorflow as tf

from owltf.data.source.image import COLOR, GRAY, NATIVE, decode_image, mirror_image, resize_image
from owltf.data.source.image_files import find_images, read_image

ORACLE = Path(__file__).parents[1] / "oracle"
PIXELS = np.random.default_rng(0).integers(0, 256, (4, 5, 3), np.uint8)


def png(pixels: np.ndarray) -> bytes:
    return bytes(tf.io.encode_png(pixels).numpy())


def test_decoding() -> None:
    for channels in (NATIVE, COLOR):
        np.testing.assert_array_equal(decode_image(png(PIXELS), channels), PIXELS[:, :, ::-1])
    gray = decode_image(png(PIXELS), GRAY)
    assert gray.shape == (4, 5, 1)
    assert decode_image(png(gray), NATIVE).shape == (4, 5, 1)
    assert decode_image(png(gray), COLOR).shape == (4, 5, 3)
    assert decode_image(tf.io.encode_jpeg(PIXELS).numpy(), NATIVE).shape == (4, 5, 3)


def test_gray_is_what_caffe_gets_from_opencv() -> None:
    # Its PNG reader lets libpng do it, which rounds down.
    colors = np.uint8([[[255, 0, 0], [0, 255, 0], [0, 0, 255], [200, 100, 50]]])
    assert np.ravel(decode_image(png(colors), GRAY)).tolist() == [76, 149, 29, 124]


def test_a_16_bit_png_gives_the_upper_8() -> None:
    deep = np.array([[[0x1234], [0xFFFE]]], np.uint16)
    for channels in (NATIVE, GRAY):
        assert decode_image(png(deep), channels).ravel().tolist() == [0x12, 0xFF]


SMOOTH = cv2.resize(PIXELS, (37, 21), interpolation=cv2.INTER_CUBIC)
RGBA = np.dstack([SMOOTH, SMOOTH[:, :, 0]])


def by_opencv(pixels: np.ndarray, suffix: str, *options: int) -> bytes:
    return bytes(cv2.imencode(suffix, pixels, options)[1])


def by_pillow(kind: str, form: str) -> bytes:
    pillow = pytest.importorskip("PIL.Image")
    image = pillow.fromarray(SMOOTH)
    image = image.quantize(16) if kind == "P" else image.convert(kind)
    image.save(file := BytesIO(), form)
    return file.getvalue()


@pytest.mark.parametrize("channels", [COLOR, GRAY])
@pytest.mark.parametrize(
    "make",
    [
        lambda: by_opencv(RGBA, ".png"),
        lambda: by_opencv(SMOOTH.astype(np.uint16) * 257, ".png"),
        lambda: by_opencv(SMOOTH[:, :, 0], ".jpg"),
        lambda: by_opencv(SMOOTH, ".jpg", cv2.IMWRITE_JPEG_PROGRESSIVE, 1),
        lambda: by_pillow("CMYK", "JPEG"),
        lambda: by_pillow("P", "BMP"),
        lambda: by_pillow("1", "BMP"),
        lambda: by_pillow("P", "PNG"),
        lambda: by_pillow("L", "BMP"),
    ],
    ids=["alpha", "16 bit", "gray", "progressive", "CMYK", "palette", "1 bit", "PNG's", "8 bit"],
)
def test_files_are_read_as_opencv_reads_them(
    make: Callable[[], bytes], channels: int, tmp_path: Path
) -> None:
    """Caffe reads a list's images by `cv::imread`, in colour or gray, and resizes the bytes."""
    (tmp_path / "image").write_bytes(contents := make())
    flag = cv2.IMREAD_COLOR if channels == COLOR else cv2.IMREAD_GRAYSCALE
    wanted = cv2.imread(str(tmp_path / "image"), flag)
    assert wanted is not None
    found = decode_image(contents, channels, turn=True)
    np.testing.assert_array_equal(found.squeeze(), wanted)
    resized = cv2.resize(wanted, (11, 30))
    np.testing.assert_array_equal(resize_image(found, (30, 11)).squeeze(), resized)


def test_a_pgm() -> None:
    assert decode_image(b"P5\n# a face\n2 1\n255\n\x07\x09", NATIVE).ravel().tolist() == [7, 9]


@pytest.mark.parametrize("contents", [b"", b"GIF8", b"\xff\xd8\xff broken", png(PIXELS)[:60]])
def test_what_cannot_be_decoded(contents: bytes) -> None:
    with pytest.raises(ValueError, match="^cannot be decoded as an image$"):
        decode_image(contents, COLOR)


def test_caffes_own_resize(monkeypatch: pytest.MonkeyPatch) -> None:
    """The case `image_resize`: five PNGs of several sizes, four a batch, less a mean."""
    monkeypatch.chdir(ORACLE / "images")
    files = find_images([ORACLE / "list_png.txt"])
    wanted = np.load(ORACLE / "image_resize.npz")
    whole = wanted["top/0/0"] + np.array([104, 117, 123], np.float32).reshape(3, 1, 1)
    got = [resize_image(read_image(file.path, COLOR), (33, 29)) for file in files[:4]]
    np.testing.assert_array_equal(np.transpose(got, (0, 3, 1, 2)), whole)
    assert [file.label for file in files[:4]] == wanted["top/0/1"].tolist()


def test_resizing() -> None:
    assert resize_image(PIXELS, (4, 5)) is PIXELS
    image = np.array([[0, 1, 9, 9], [2, 4, 9, 8]], np.uint8)[:, :, None]
    assert resize_image(image, (1, 2)).ravel().tolist() == [2, 9]
    line = np.array([[0, 100]], np.uint8)[:, :, None]
    assert resize_image(line, (1, 4)).ravel().tolist() == [0, 25, 75, 100]
    wanted = cv2.resize(PIXELS, (7, 9), interpolation=cv2.INTER_LINEAR)
    np.testing.assert_array_equal(resize_image(PIXELS, (9, 7)), wanted)


def test_mirroring() -> None:
    for image in (PIXELS, PIXELS[1:3, 1:4], PIXELS[:, :, :1]):
        np.testing.assert_array_equal(mirror_image(image), image[:, ::-1])
