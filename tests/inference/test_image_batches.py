"""Batches made of image files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from owltf.data.source.image_files import ImageFile
from owltf.errors import OwltfError
from owltf.inference.image_batches import image_batches
from owltf.inference.image_input import image_input
from owltf.net.net import Net
from owltf.testing import net_of

NET = """
layer { name: "in" type: "Input" top: "x" top: "extra"
  input_param { shape { dim: 2 dim: 3 dim: 6 dim: 6 } shape { dim: 2 dim: 4 } } }
layer { name: "quiet" type: "Silence" bottom: "x" bottom: "extra" }
"""


@pytest.fixture
def files(tmp_path: Path) -> list[ImageFile]:
    rng = np.random.default_rng(0)
    for number in range(5):
        pixels = rng.integers(0, 256, (8, 8, 3), np.uint8)
        tf.io.write_file(str(tmp_path / f"{number}.png"), tf.io.encode_png(pixels))
    return [ImageFile(tmp_path / f"{number}.png", number) for number in range(5)]


@pytest.fixture(scope="module")
def net() -> Net:
    return net_of(NET)


def test_files_come_in_order_and_other_inputs_are_zeros(net: Net, files: list[ImageFile]) -> None:
    images = image_input(net, resize=(8, 8))
    batches = list(image_batches(net, images, files))
    assert [batch.rows for batch in batches] == [2, 2, 1]
    got = np.concatenate([batch.arrays["x"] for batch in batches])
    wanted = [images.centre(images.read(file.path)) for file in files]
    np.testing.assert_array_equal(got, wanted)
    assert not np.concatenate([batch.arrays["extra"] for batch in batches]).any()
    assert [key for batch in batches for key in batch.keys] == [str(f.path) for f in files]
    assert np.concatenate([batch.labels for batch in batches]).tolist() == [0, 1, 2, 3, 4]


def test_whole_images_for_views(net: Net, files: list[ImageFile]) -> None:
    (batch,) = image_batches(net, image_input(net, resize=(8, 8)), files[:2], whole=True)
    assert batch.arrays["x"].shape == (2, 3, 8, 8)


def test_a_broken_file_stops_or_is_skipped(net: Net, files: list[ImageFile]) -> None:
    files[1].path.write_bytes(b"\x89PNG no more")
    images = image_input(net)
    with pytest.raises(OwltfError, match=r"1.png: not a whole JPEG, PNG, GIF, BMP or PNM image"):
        list(image_batches(net, images, files))
    said: list[OwltfError] = []
    batches = list(image_batches(net, images, files, skip=said.append))
    assert [batch.rows for batch in batches] == [2, 2]
    assert [str(files[1].path) in str(error) for error in said] == [True]


def test_a_label_that_is_missing_leaves_the_batch_without(net: Net, files: list[ImageFile]) -> None:
    (batch,) = image_batches(net, image_input(net), [files[0], ImageFile(files[1].path)])
    assert batch.labels is None


def test_labels_go_where_the_net_has_them(files: list[ImageFile]) -> None:
    net = net_of(
        'layer { name: "d" type: "DummyData" top: "x" top: "label" dummy_data_param { '
        "shape { dim: 2 dim: 3 dim: 6 dim: 6 } shape { dim: 2 dim: 1 } } }"
    )
    (batch,) = image_batches(net, image_input(net), files[2:4])
    assert batch.arrays["label"].numpy().tolist() == [[2], [3]]
