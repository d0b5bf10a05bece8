"""From image files to a net's input."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from small_nets import build, input_text

from owltf.data.source.image import resize_image
from owltf.errors import OwltfError
from owltf.inference.image_input import image_input

LMDB = Path(__file__).parents[1] / "data" / "oracle" / "lmdb_raw"
PIXELS = np.random.default_rng(0).integers(0, 256, (9, 14, 3), np.uint8)
DATA = f"""
layer {{ name: "data" type: "Data" top: "data" top: "label"
  transform_param {{ crop_size: 20 scale: 0.5 mean_value: 104 mean_value: 117 mean_value: 123 }}
  data_param {{ source: "{LMDB}" batch_size: 2 backend: LMDB }} }}
"""


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.png"
    tf.io.write_file(str(path), tf.io.encode_png(PIXELS))
    return path


def bgr(*size: int) -> np.ndarray:
    """Return the photo as OpenCV reads and resizes it, in Caffe's order."""
    image = resize_image(np.ascontiguousarray(PIXELS[:, :, ::-1]), size)
    return image.transpose(2, 0, 1).astype(np.float32)


def test_an_input_layer_gets_plain_pixels_of_its_size(photo: Path) -> None:
    images = image_input(build(input_text("x", 1, 3, 6, 7)))
    assert (images.blob, images.size, images.cut) == ("x", (6, 7), (6, 7))
    np.testing.assert_array_equal(images.read(photo), bgr(6, 7))
    np.testing.assert_array_equal(images.centre(images.read(photo)), bgr(6, 7))


def test_what_is_given_is_done_in_caffes_order(photo: Path) -> None:
    net = build(input_text("x", 1, 3, 6, 6))
    images = image_input(net, resize=(8, 9), mean="1,2,3", scale=0.25, channel_order="rgb")
    mean = np.array([1, 2, 3], np.float32).reshape(3, 1, 1)
    wanted = (bgr(8, 9)[::-1] - mean) * np.float32(0.25)
    np.testing.assert_array_equal(images.read(photo), wanted)
    np.testing.assert_array_equal(images.centre(images.read(photo)), wanted[:, 1:7, 1:7])


def test_a_data_layer_says_how_its_images_are_prepared(photo: Path) -> None:
    net = build(DATA, "TEST")
    images = image_input(net)
    height, width = images.size
    assert min(images.size) > 20
    mean = np.array([104, 117, 123], np.float32).reshape(3, 1, 1)
    wanted = (bgr(height, width) - mean) * np.float32(0.5)
    np.testing.assert_array_equal(images.read(photo), wanted)
    top, left = (height - 20) // 2, (width - 20) // 2
    crop = wanted[:, top : top + 20, left : left + 20]
    np.testing.assert_array_equal(images.centre(images.read(photo)), crop)
    other = image_input(net, mean="7", scale=1)
    np.testing.assert_array_equal(other.read(photo), bgr(height, width) - 7)


def test_a_gray_net_gets_gray_images(photo: Path) -> None:
    images = image_input(build(input_text("x", 1, 1, 9, 14)))
    gray = PIXELS @ np.array([0.299, 0.587, 0.114])
    np.testing.assert_allclose(images.read(photo)[0], gray, atol=1)


@pytest.mark.parametrize(
    ("text", "options", "reason"),
    [
        (input_text("x", 1, 5, 6, 6), {}, "takes no images of 1 or 3 channels; its inputs: 'x'"),
        (input_text("x", 1, 3, 6, 6), {"resize": (6, 5)}, "images of 6x5 are smaller than what"),
        (input_text("x", 1, 3, 6, 6), {"mean": "1,2"}, "mean 1,2: is of 2 channels"),
        (input_text("x", 1, 3, 6, 6), {"channel_order": "gbr"}, "must be bgr or rgb, got 'gbr'"),
    ],
)
def test_mistakes(text: str, options: dict[str, Any], reason: str) -> None:
    with pytest.raises(OwltfError, match=reason):
        image_input(build(text), **options)
