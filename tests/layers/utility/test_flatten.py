"""Tests of Flatten against real Caffe."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from oracle_case import check_case, one_layer, save_and_load

from owltf.errors import OwltfError
from owltf.testing import net_of, run_layer

X = np.arange(120, dtype=np.float32).reshape(2, 3, 4, 5)


@pytest.mark.parametrize("name", ["flatten", "flatten_axis"])
def test_gives_caffes_figures(name: str) -> None:
    check_case(name)


@pytest.mark.parametrize(
    ("fields", "shape"),
    [
        ("", (2, 60)),
        ("axis: 0", (120,)),
        ("axis: 0 end_axis: 1", (6, 4, 5)),
        ("axis: 1 end_axis: 2", (2, 12, 5)),
        ("axis: -2", (2, 3, 20)),
        ("axis: 2 end_axis: 2", (2, 3, 4, 5)),
        ("axis: 2 end_axis: 1", (2, 3, 1, 4, 5)),
        ("axis: 1 end_axis: 0", (2, 1, 3, 4, 5)),
        ("axis: 3 end_axis: -2", (2, 3, 4, 1, 5)),
    ],
)
def test_joins_neighbouring_axes(fields: str, shape: tuple[int, ...]) -> None:
    net = one_layer(f'type: "Flatten" flatten_param {{ {fields} }}', X.shape)
    np.testing.assert_array_equal(run_layer(net, [X]).tops[0], X.reshape(shape))
    assert net_of(net).blob_shapes["top0"] == shape


def test_joins_channels_last_blobs_in_caffes_order() -> None:
    built = net_of("""
        layer { name: "x" type: "Input" top: "x"
          input_param { shape { dim: 2 dim: 3 dim: 4 dim: 5 } } }
        layer { name: "conv" type: "Convolution" bottom: "x" top: "conv"
          convolution_param { num_output: 6 kernel_size: 1 weight_filler { type: "xavier" } } }
        layer { name: "flat" type: "Flatten" bottom: "conv" top: "flat" }
    """)
    blobs = built.forward({"x": X}, ["conv", "flat"])
    np.testing.assert_array_equal(blobs["flat"], blobs["conv"].reshape(2, -1))


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ("axis: 2 end_axis: 0", "axis must not be more than one after end_axis; got 2 and 0"),
        ("axis: 4", "axis 4 is out of range"),
        ("end_axis: -5", "axis -5 is out of range"),
    ],
)
def test_refuses_axes_that_are_not_there(fields: str, message: str) -> None:
    with pytest.raises(OwltfError, match=message):
        net_of(one_layer(f'type: "Flatten" flatten_param {{ {fields} }}', X.shape))


@pytest.mark.parametrize("axis", [0, 1])
def test_is_saved_and_loaded(axis: int, tmp_path: Path) -> None:
    net = one_layer(f'type: "Flatten" flatten_param {{ axis: {axis} }}', X.shape)
    save_and_load(net_of(net), tmp_path)
