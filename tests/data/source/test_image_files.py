"""Image files, folders of them, and lists."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

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
    assert refusal(read_image, broken, 3) == f"{broken}: not a whole JPEG, PNG, GIF or BMP image"
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
