"""Tests of Concat against real Caffe and against NumPy."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from oracle_case import check_case, one_layer, save_and_load

from owltf.errors import OwltfError
from owltf.testing import net_of, run_layer

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("name", ["concat_c", "concat_n", "concat_w"])
def test_gives_caffes_figures(name: str) -> None:
    check_case(name)


def shapes_along(axis: int) -> list[tuple[int, ...]]:
    shapes = [[2, 3, 4, 5] for _ in range(3)]
    for index, shape in enumerate(shapes):
        shape[axis] = index + 1
    return [tuple(shape) for shape in shapes]


@pytest.mark.parametrize(
    ("field", "axis"),
    [*(("axis", axis) for axis in range(-4, 4)), *(("concat_dim", axis) for axis in range(4))],
)
def test_joins_along_any_axis(field: str, axis: int) -> None:
    net = one_layer(f'type: "Concat" concat_param {{ {field}: {axis} }}', *shapes_along(axis))
    arrays = [RNG.normal(size=shape).astype(np.float32) for shape in shapes_along(axis)]
    wanted = np.concatenate(arrays, axis)
    np.testing.assert_array_equal(run_layer(net, arrays).tops[0], wanted)
    assert net_of(net).blob_shapes["top0"] == wanted.shape


@pytest.mark.parametrize("axis", range(4))
def test_joins_channels_last_blobs_along_caffes_axis(axis: int) -> None:
    built = net_of(f"""
        layer {{ name: "x" type: "Input" top: "x"
          input_param {{ shape {{ dim: 2 dim: 3 dim: 4 dim: 5 }} }} }}
        layer {{ name: "conv" type: "Convolution" bottom: "x" top: "conv"
          convolution_param {{ num_output: 3 kernel_size: 1 weight_filler {{ type: "xavier" }} }} }}
        layer {{ name: "join" type: "Concat" bottom: "conv" bottom: "x" top: "join"
          concat_param {{ axis: {axis} }} }}
    """)
    x = RNG.normal(size=(2, 3, 4, 5)).astype(np.float32)
    blobs = built.forward({"x": x}, ["conv", "join"])
    np.testing.assert_array_equal(blobs["join"], np.concatenate([blobs["conv"], x], axis))


def test_one_bottom_stays_as_it_is() -> None:
    run = run_layer(one_layer('type: "Concat"', (2, 3)), [[[1, 2, 3], [4, 5, 6]]])
    np.testing.assert_array_equal(run.tops[0], [[1, 2, 3], [4, 5, 6]])


@pytest.mark.parametrize(
    ("fields", "shapes", "message"),
    [
        (
            "",
            [(2, 3, 7, 7), (2, 4, 7, 6)],
            r"bottoms must agree in every axis but 1; got \(2, 3, 7, 7\) and \(2, 4, 7, 6\)$",
        ),
        ("", [(2, 3), (2, 3, 1)], r"every axis but 1; got \(2, 3\) and \(2, 3, 1\)$"),
        ("axis: 2", [(2, 3), (2, 3)], "axis 2 is out of range for a blob of 2 axes"),
        ("axis: 1 concat_dim: 1", [(2, 3), (2, 3)], "give either axis or concat_dim, not both"),
    ],
)
def test_refuses_what_does_not_fit(
    fields: str, shapes: list[tuple[int, ...]], message: str
) -> None:
    with pytest.raises(OwltfError, match=message) as raised:
        net_of(one_layer(f'type: "Concat" concat_param {{ {fields} }}', *shapes))
    assert str(raised.value).startswith("Concat layer 'layer' (")


@pytest.mark.parametrize("axis", [0, 1])
def test_is_saved_and_loaded(axis: int, tmp_path: Path) -> None:
    net = one_layer(f'type: "Concat" concat_param {{ axis: {axis} }}', (2, 3, 4), (2, 3, 4))
    save_and_load(net_of(net), tmp_path)
