"""Tests of Reshape against real Caffe."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from oracle_case import check_case, one_layer, save_and_load

from owltf.errors import OwltfError
from owltf.testing import net_of, run_layer

X = np.arange(144, dtype=np.float32).reshape(2, 4, 6, 3)


@pytest.mark.parametrize("name", ["reshape", "reshape_axis"])
def test_gives_caffes_figures(name: str) -> None:
    check_case(name)


def prototxt(dims: tuple[int, ...], fields: str = "", shape: tuple[int, ...] = X.shape) -> str:
    sizes = " ".join(f"dim: {dim}" for dim in dims)
    return one_layer(f'type: "Reshape" reshape_param {{ shape {{ {sizes} }} {fields} }}', shape)


@pytest.mark.parametrize(
    ("dims", "fields", "shape"),
    [
        ((0, 0, 0, 0), "", (2, 4, 6, 3)),
        ((0, -1), "", (2, 72)),
        ((2, 72), "", (2, 72)),
        ((-1, 3), "", (48, 3)),
        ((8, 18), "", (8, 18)),
        ((1, 144), "", (1, 144)),
        ((0, 0, 18), "", (2, 4, 18)),
        ((0, 0, -1, 2), "", (2, 4, 9, 2)),
        ((1,), "axis: 1 num_axes: 0", (2, 1, 4, 6, 3)),
        ((1,), "axis: -1 num_axes: 0", (2, 4, 6, 3, 1)),
        ((2, 9), "axis: 2", (2, 4, 2, 9)),
        ((), "axis: 1 num_axes: 0", (2, 4, 6, 3)),
    ],
)
def test_gives_the_shape_that_caffe_gives(
    dims: tuple[int, ...], fields: str, shape: tuple[int, ...]
) -> None:
    net = prototxt(dims, fields)
    np.testing.assert_array_equal(run_layer(net, [X]).tops[0], X.reshape(shape))
    assert net_of(net).blob_shapes["top0"] == shape


def test_can_take_all_axes_away() -> None:
    run = run_layer(prototxt((), shape=(1, 1)), [[[5.0]]])
    assert run.tops[0].shape == ()


@pytest.mark.parametrize(("dims", "rows"), [((0, -1), 5), ((2, 72), 5), ((8, 18), 20)])
def test_leaves_the_batch_open(dims: tuple[int, ...], rows: int) -> None:
    x = np.random.default_rng(0).normal(size=(5, 4, 6, 3)).astype(np.float32)
    top = net_of(prototxt(dims)).forward({"bottom0": x})["top0"]
    np.testing.assert_array_equal(top, x.reshape(rows, -1))


@pytest.mark.parametrize(
    ("net", "message"),
    [
        (prototxt((5, -1)), r"\(2, 4, 6, 3\) cannot take the shape \(5, -1\)$"),
        (prototxt((2, 4)), r"cannot take the shape \(2, 4\)$"),
        (prototxt((-1, -1)), r"at most one size may be -1; got \(-1, -1\)$"),
        (prototxt((-2, -72)), r"cannot take the shape \(-2, -72\)$"),
        (prototxt((0, 0, 0, 0, 0)), "has no axis of 'bottom0'.* to copy$"),
        (prototxt((1,), "axis: 5"), "axis 5 and num_axes -1 do not lie within 'bottom0'"),
        (prototxt((1,), "axis: 3 num_axes: 2"), "axis 3 and num_axes 2 do not lie within"),
        (prototxt((1,), "axis: -6"), "axis -6 and num_axes -1 do not lie within"),
        (prototxt((1,), "num_axes: -2"), "axis 0 and num_axes -2 do not lie within"),
    ],
)
def test_refuses_what_does_not_fit(net: str, message: str) -> None:
    with pytest.raises(OwltfError, match=message):
        net_of(net)


@pytest.mark.parametrize("dims", [(0, -1), (-1, 3)])
def test_is_saved_and_loaded(dims: tuple[int, ...], tmp_path: Path) -> None:
    save_and_load(net_of(prototxt(dims)), tmp_path)
