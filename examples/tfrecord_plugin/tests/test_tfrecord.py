"""The batches of a TFRecord layer, compared with the images themselves."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import tensorflow as tf
import tfrecord_plugin

from owltf.api import OwltfError, load_net

NET = """
layer { name: "data" type: "TFRecord" top: "data" top: "label"
  image_data_param { source: "train-*.tfrecord" batch_size: 4 new_height: 6 new_width: 5 MORE }
  transform_param { mean_value: 10 } }
"""
Build = Callable[..., Any]


def example(image: np.ndarray, label: int) -> bytes:
    """Return an Example of an image and its label."""
    encoded = tf.train.BytesList(value=[cv2.imencode(".png", image)[1].tobytes()])
    features = {
        "image/encoded": tf.train.Feature(bytes_list=encoded),
        "image/class/label": tf.train.Feature(int64_list=tf.train.Int64List(value=[label])),
    }
    return tf.train.Example(features=tf.train.Features(feature=features)).SerializeToString()


@pytest.fixture(scope="session")
def owltf_plugins() -> list[object]:
    """Let owltf's fixtures know the plugin, whether it is installed or not."""
    return [tfrecord_plugin]


@pytest.fixture
def images(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[np.ndarray]:
    """Write six images into two files, and return them as the net should have them."""
    monkeypatch.chdir(tmp_path)
    pixels = np.random.default_rng(0).integers(0, 256, (6, 6, 5, 3), np.uint8)
    for name, numbers in (("train-0.tfrecord", (0, 1)), ("train-1.tfrecord", (2, 3, 4, 5))):
        with tf.io.TFRecordWriter(name) as writer:
            for number in numbers:
                writer.write(example(pixels[number], number % 3))
    return [image.transpose(2, 0, 1).astype(np.float32) - 10 for image in pixels]


@pytest.fixture
def net(owltf_registry: Any) -> Build:
    """Return a function that builds the net."""

    def build(more: str = "", **flags: object) -> Any:
        Path("net.prototxt").write_text(NET.replace("MORE", more))
        return load_net("net.prototxt", registry=owltf_registry, **flags)

    return build


def test_batches_go_round(images: list[np.ndarray], net: Build) -> None:
    """The records come in the order of the files."""
    loaded = net()
    for first in (0, 4):
        tops = loaded.forward()
        for place in range(4):
            number = (first + place) % 6
            np.testing.assert_array_equal(tops["data"][place], images[number])
            assert tops["label"][place] == number % 3


def test_shuffled_epochs(images: list[np.ndarray], net: Build) -> None:
    """Each epoch has each record once."""
    loaded = net("shuffle: true")
    sums = np.concatenate([loaded.forward()["data"].sum((1, 2, 3)) for _ in range(3)])
    for epoch in sums.reshape(2, 6):
        np.testing.assert_allclose(sorted(epoch), sorted(image.sum() for image in images))


def test_a_damaged_record_is_named_or_skipped(images: list[np.ndarray], net: Build) -> None:
    """The next record takes its place."""
    data = bytearray(Path("train-1.tfrecord").read_bytes())
    data[100] ^= 1
    Path("train-1.tfrecord").write_bytes(data)
    with pytest.raises(OwltfError, match=r"record .*train-1\.tfrecord:0 is damaged"):
        net().forward()
    tops = net(skip_bad_records=True).forward()
    np.testing.assert_array_equal(tops["data"][2], images[3])


def test_what_is_refused(images: list[np.ndarray], net: Build) -> None:
    """Files that are cut short, that are none, and that are not there."""
    Path("train-0.tfrecord").write_bytes(Path("train-0.tfrecord").read_bytes()[:-1])
    with pytest.raises(OwltfError, match="no TFRecord file, or cut short: record 1, at byte"):
        net()
    Path("train-0.tfrecord").write_text("something else than a record")
    with pytest.raises(OwltfError, match="no TFRecord file, or cut short: record 0, at byte 0"):
        net()
    for path in Path().glob("*.tfrecord"):
        path.unlink()
    with pytest.raises(OwltfError, match="fits no file"):
        net()
