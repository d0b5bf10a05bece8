"""Image files, folders of them, and lists."""

from __future__ import annotations

import os
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from owltf.data.source.image import upright
from owltf.data.source.image_files import ImageFile, find_images, read_image

PIXELS = np.random.default_rng(0).integers(0, 256, (4, 5, 3), np.uint8)


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    (folder / "more").mkdir(parents=True)
    tf.io.write_file(str(folder / "a b.png"), tf.io.encode_png(PIXELS))
    tf.io.write_file(str(folder / "more" / "c.JPG"), tf.io.encode_jpeg(PIXELS))
    (folder / "notes.txt").write_text("a b.png 7\nmore/c.JPG\n")
    return folder


def test_a_folder_gives_its_images(photos: Path) -> None:
    wanted = [ImageFile(photos / "a b.png"), ImageFile(photos / "more" / "c.JPG")]
    assert find_images([photos]) == wanted
    assert find_images([photos / "a b.png", photos / "more"]) == wanted


def test_a_list_gives_paths_and_labels(photos: Path) -> None:
    assert find_images([photos / "notes.txt"]) == [
        ImageFile(photos / "a b.png", 7),
        ImageFile(photos / "more" / "c.JPG"),
    ]


def test_an_image_is_told_by_its_first_bytes_too(photos: Path) -> None:
    path = (photos / "a b.png").rename(photos / "plain")
    assert find_images([path]) == [ImageFile(path)]


def test_an_image_is_read_in_bgr_or_gray(photos: Path) -> None:
    np.testing.assert_array_equal(read_image(photos / "a b.png", 3), PIXELS[:, :, ::-1])
    assert read_image(photos / "a b.png", 1).shape == (4, 5, 1)


def test_mistakes(photos: Path, refusal: Callable[..., str]) -> None:
    broken = photos / "broken.png"
    broken.write_bytes((photos / "a b.png").read_bytes()[:50])
    assert (
        refusal(read_image, broken, 3) == f"{broken}: not a whole JPEG, PNG, GIF, BMP or PNM image"
    )
    assert "no such file" in refusal(read_image, photos / "no.png", 3)
    assert refusal(find_images, [photos / "no"]) == f"{photos / 'no'}: no such file or folder"
    (photos / "empty").mkdir()
    assert "the folder holds no JPEG, PNG" in refusal(find_images, [photos / "empty"])
    (photos / "wrong.txt").write_text("\nno.png 3\n")
    said = refusal(find_images, [photos / "wrong.txt"])
    assert said.endswith("wrong.txt:2: names 'no.png', which is not there")
    (photos / "blank.txt").write_text("\n")
    assert "the list names no images" in refusal(find_images, [photos / "blank.txt"])
    (photos / "bytes").write_bytes(b"\xff\xfe\x00\x01")
    assert "neither a JPEG, PNG" in refusal(find_images, [photos / "bytes"])


def with_exif(jpeg: bytes, orientation: int, order: str) -> bytes:
    """Put an EXIF segment into a JPEG, in either byte order."""
    mark = b"II" if order == "<" else b"MM"
    tiff = mark + struct.pack(f"{order}HIHHHIHHI", 42, 8, 1, 0x0112, 3, 1, orientation, 0, 0)
    body = b"Exif\0\0" + tiff
    return jpeg[:2] + struct.pack(">HH", 0xFFE1, len(body) + 2) + body + jpeg[2:]


# What OpenCV's ExifTransform does to an image.
TURNS = {
    1: lambda image: image,
    2: lambda image: image[:, ::-1],
    3: lambda image: image[::-1, ::-1],
    4: lambda image: image[::-1],
    5: lambda image: image.transpose(1, 0, 2),
    6: lambda image: image.transpose(1, 0, 2)[:, ::-1],
    7: lambda image: image.transpose(1, 0, 2)[::-1, ::-1],
    8: lambda image: image.transpose(1, 0, 2)[::-1],
}


@pytest.mark.parametrize("orientation", TURNS)
@pytest.mark.parametrize("order", "<>")
def test_a_photograph_is_turned_as_opencv_does(
    tmp_path: Path, orientation: int, order: str
) -> None:
    jpeg = tf.io.encode_jpeg(PIXELS, quality=100).numpy()
    (tmp_path / "a.jpg").write_bytes(jpeg)
    stored = read_image(tmp_path / "a.jpg", 3)
    (tmp_path / "a.jpg").write_bytes(with_exif(jpeg, orientation, order))
    np.testing.assert_array_equal(read_image(tmp_path / "a.jpg", 3), TURNS[orientation](stored))
    np.testing.assert_array_equal(read_image(tmp_path / "a.jpg", 3, turn=False), stored)


def test_a_photograph_held_upright() -> None:
    """The eight letters F of the EXIF standard's figure all come out as the first."""
    letter = np.array([[1, 1, 1], [1, 0, 0], [1, 1, 0], [1, 0, 0]])[:, :, None]
    stored = {
        1: letter,
        2: letter[:, ::-1],
        3: letter[::-1, ::-1],
        4: letter[::-1],
        5: letter.swapaxes(0, 1),
        6: np.rot90(letter),
        7: letter[::-1, ::-1].swapaxes(0, 1),
        8: np.rot90(letter, -1),
    }
    for orientation, image in stored.items():
        np.testing.assert_array_equal(upright(image, orientation), letter)


def test_the_number_of_pixels_is_bounded(photos: Path, refusal: Callable[..., str]) -> None:
    path = photos / "a b.png"
    assert read_image(path, 3, max_pixels=20).shape == (4, 5, 3)
    line = refusal(read_image, path, 3, max_pixels=19)
    assert line == (f"{path}: is an image of 5 x 4 pixels, 20 in all; --max-image-pixels is 19")


def test_16_bits_are_said_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("owltf.data.source.image_header._told", [])
    for name in ("a.png", "b.png"):
        deep = tf.io.encode_png(PIXELS.astype(np.uint16) * 257)
        (tmp_path / name).write_bytes(deep.numpy())
        np.testing.assert_array_equal(read_image(tmp_path / name, 3), PIXELS[:, :, ::-1])
    assert [record.getMessage() for record in caplog.records] == [
        f"{tmp_path}/a.png has 16 bits a value: the upper 8 are read, here and in others"
    ]


def test_lists_of_odd_names(tmp_path: Path, refusal: Callable[..., str]) -> None:
    for line in ("x" * 5000, "a\0b 3", "\u00b2 \u00b2", "a " + "9" * 5000):
        (tmp_path / "list.txt").write_text(line)
        assert "list.txt:1: names " in refusal(find_images, [tmp_path / "list.txt"])
    os.mkfifo(tmp_path / "pipe")
    assert "a pipe (FIFO), where a file is needed" in refusal(find_images, [tmp_path / "pipe"])
