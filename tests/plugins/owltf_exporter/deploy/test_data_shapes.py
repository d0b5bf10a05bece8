"""The shapes of data layers' tops, with and without their data."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from google.protobuf import text_format
from owltf_exporter.deploy.data_shapes import input_shapes

from owltf.api import DataContext, NetContext, OwltfError
from owltf.plugin.manager import make_manager
from owltf.registry.registry import Registry

REGISTRY = Registry(make_manager())
DUMMY = """name: "data" type: "DummyData" top: "data" top: "label"
dummy_data_param { shape { dim: 7 dim: 3 dim: 8 dim: 9 } shape { dim: 7 } }"""
MISSING = """name: "data" type: "Data" top: "data" top: "label"
data_param { source: "nowhere" batch_size: 2 backend: LMDB } transform_param { %s }"""


def shapes(text: str, tops: list[str], folder: Path | None = None, **given: Any) -> dict[str, Any]:
    """Return the shapes that are found for some tops of a layer."""
    parameter = REGISTRY.schema.message("LayerParameter")()
    text_format.Parse(text, parameter)
    data = DataContext(parameter, "net:1", NetContext(REGISTRY, "TEST", folder=folder))
    found = input_shapes(data, REGISTRY.data_layers.get(parameter.type), given, tops)
    return {top: tuple(found[top]) for top in tops}


def test_shapes_are_those_of_the_data() -> None:
    assert shapes(DUMMY, ["data", "label"]) == {"data": (7, 3, 8, 9), "label": (7,)}


def test_a_given_shape_wins_over_the_data() -> None:
    found = shapes(DUMMY, ["data", "label"], data=[1, 1, 28, 28])
    assert found == {"data": (1, 1, 28, 28), "label": (7,)}


def test_data_are_not_opened_if_all_shapes_are_given() -> None:
    assert shapes(MISSING % "", ["data"], data=[1, 3, 5, 6]) == {"data": (1, 3, 5, 6)}


@pytest.mark.parametrize(
    ("transform", "channels"),
    [
        ("mean_value: 1 mean_value: 2 mean_value: 3", 3),
        ("force_color: true", 3),
        ("force_gray: true", 1),
        ('mean_file: "mean.binaryproto"', 5),
    ],
)
def test_missing_data_leave_the_crop_and_the_channels(
    tmp_path: Path, transform: str, channels: int
) -> None:
    blob = REGISTRY.schema.message("BlobProto")(channels=channels, height=2, width=3, num=1)
    blob.data.extend([0.0] * 6 * channels)
    (tmp_path / "mean.binaryproto").write_bytes(blob.SerializeToString())
    found = shapes(MISSING % f"crop_size: 20 {transform}", ["data"], tmp_path)
    assert found == {"data": (1, channels, 20, 20)}


def test_windows_without_their_file_have_their_crop_too() -> None:
    window = 'type: "WindowData" top: "data" transform_param { crop_size: 9 force_color: true }'
    assert shapes(window, ["data"]) == {"data": (1, 3, 9, 9)}
    with pytest.raises(OwltfError, match="needs two tops"):
        shapes('type: "WindowData" top: "data"', ["data"])


@pytest.mark.parametrize(
    ("transform", "tops", "named"),
    [
        ("crop_size: 20", ["data"], "'data'"),
        ("crop_size: 20 mean_value: 1", ["data"], "'data'"),
        ('crop_size: 20 mean_file: "nowhere.binaryproto"', ["data"], "'data'"),
        ("force_color: true", ["data"], "'data'"),
        ("crop_size: 20 force_color: true", ["data", "label"], "'data' and 'label'"),
    ],
)
def test_a_shape_is_asked_for_where_nothing_tells_it(
    tmp_path: Path, transform: str, tops: list[str], named: str
) -> None:
    message = f"the shape of input {named} is not known.*give --input-shape BLOB:N,C,H,W"
    with pytest.raises(OwltfError, match=message):
        shapes(MISSING % transform, tops, tmp_path)
