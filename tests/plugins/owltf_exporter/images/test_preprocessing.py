"""What is done to images, as the net's file and the user say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from google.protobuf import text_format
from owltf_exporter.images.preprocessing import ImageOptions, mismatch, read_preprocessing

from owltf.api import NetContext, OwltfError
from owltf.plugin.manager import make_manager
from owltf.registry.registry import Registry

REGISTRY = Registry(make_manager())
SHAPE = (1, 3, 20, 30)


def data_layer(text: str) -> Any:
    """Return a data layer's `LayerParameter`."""
    parameter = REGISTRY.schema.message("LayerParameter")()
    text_format.Parse(text, parameter)
    return parameter


def read(data: Any = None, folder: Path | None = None, **options: Any) -> Any:
    """Read the preprocessing of a net with an input of 3x20x30."""
    context = NetContext(REGISTRY, "TEST", folder=folder)
    return read_preprocessing(SHAPE, data, context, ImageOptions(**options))


def write_mean(path: Path, shape: tuple[int, ...]) -> np.ndarray:
    """Write a mean image and return it."""
    values = np.arange(np.prod(shape), dtype=np.float32).reshape(shape)
    channels, height, width = shape
    blob = REGISTRY.schema.message("BlobProto")(
        num=1, channels=channels, height=height, width=width, data=values.ravel().tolist()
    )
    path.write_bytes(blob.SerializeToString())
    return values


def test_nothing_said_is_caffes_classification() -> None:
    how = read()
    assert (how.resize, how.crop, how.channel_order) == ((20, 30), (20, 30), "bgr")
    assert how.describe() == "resized to 20x30, BGR"


def test_the_nets_own_transform_counts_and_the_users_goes_before() -> None:
    data = data_layer('type: "Data" transform_param { scale: 0.5 mean_value: 7 }')
    how = read(data)
    assert how.describe() == "resized to 20x30, BGR, mean 7,7,7 subtracted, times 0.5"
    wanted = read(data, scale=1.0, mean="1,2,3", channel_order="rgb", resize=(24, 32))
    assert wanted.describe() == "resized to 24x32, centre 20x30 cut out, RGB, mean 1,2,3 subtracted"
    assert wanted.corner == (2, 1)


def test_image_data_says_the_size() -> None:
    data = data_layer('type: "ImageData" image_data_param { new_height: 40 new_width: 50 }')
    assert read(data).resize == (40, 50)


def test_a_mean_image_says_the_size_and_is_cropped(tmp_path: Path) -> None:
    mean = write_mean(tmp_path / "mean.binaryproto", (3, 26, 34))
    data = data_layer('type: "Data" transform_param { mean_file: "mean.binaryproto" }')
    how = read(data, tmp_path)
    assert how.resize == (26, 34)
    np.testing.assert_array_equal(how.mean, mean[:, 3:23, 2:32])
    assert "mean image subtracted" in how.describe()


def test_a_mean_image_of_the_inputs_size_stays(tmp_path: Path) -> None:
    mean = write_mean(tmp_path / "mean.binaryproto", (3, 20, 30))
    data = data_layer('type: "Data" transform_param { mean_file: "mean.binaryproto" }')
    how = read(data, tmp_path, resize=(40, 40))
    np.testing.assert_array_equal(how.mean, mean)


def test_a_mean_image_of_another_size_is_refused(tmp_path: Path) -> None:
    write_mean(tmp_path / "mean.binaryproto", (3, 9, 9))
    data = data_layer('type: "Data" transform_param { mean_file: "mean.binaryproto" }')
    with pytest.raises(OwltfError, match="the mean image is 9x9; it must have the size"):
        read(data, tmp_path, resize=(40, 40))


def test_of_the_users_mean_image_each_channels_mean_is_taken(tmp_path: Path) -> None:
    mean = write_mean(tmp_path / "mean.binaryproto", (3, 9, 7))
    data = data_layer('type: "Data" transform_param { mean_file: "other.binaryproto" }')
    how = read(data, tmp_path, mean=str(tmp_path / "mean.binaryproto"))
    assert how.resize == (20, 30)
    np.testing.assert_allclose(how.mean.ravel(), mean.mean((1, 2)))


def test_inputs_that_are_no_images() -> None:
    assert mismatch((1, 3, 5, 5)) is None
    assert mismatch((1, 5)) == "images have shape (N, 1 or 3, H, W), the net's input has (1, 5)"
