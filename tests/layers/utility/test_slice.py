"""Tests of Slice against real Caffe and against NumPy."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from oracle_case import check_case, one_layer, save_and_load
from replica_run import run_replicas

from owltf.errors import OwltfError
from owltf.runtime.user_errors import user_message
from owltf.testing import net_of, run_layer

RNG = np.random.default_rng(0)
X = RNG.normal(size=(6, 6, 6, 6)).astype(np.float32)


@pytest.mark.parametrize("name", ["slice_even", "slice_points"])
def test_gives_caffes_figures(name: str) -> None:
    check_case(name)


def prototxt(fields: str, tops: int = 3, shape: tuple[int, ...] = X.shape) -> str:
    return one_layer(f'type: "Slice" slice_param {{ {fields} }}', shape, tops=tops)


@pytest.mark.parametrize("axis", range(-4, 4))
@pytest.mark.parametrize("points", [[], [1, 4]])
def test_cuts_any_axis(axis: int, points: list[int]) -> None:
    net = prototxt(f"axis: {axis} " + " ".join(f"slice_point: {each}" for each in points))
    wanted = np.split(X, points or 3, axis)
    for got, part in zip(run_layer(net, [X]).tops, wanted, strict=True):
        np.testing.assert_array_equal(got, part)
    shapes = net_of(net).blob_shapes
    assert [shapes[f"top{index}"] for index in range(3)] == [part.shape for part in wanted]


@pytest.mark.parametrize("axis", range(4))
def test_cuts_channels_last_blobs_along_caffes_axis(axis: int) -> None:
    built = net_of(f"""
        layer {{ name: "x" type: "Input" top: "x"
          input_param {{ shape {{ dim: 2 dim: 3 dim: 4 dim: 6 }} }} }}
        layer {{ name: "conv" type: "Convolution" bottom: "x" top: "conv"
          convolution_param {{ num_output: 8 kernel_size: 1 weight_filler {{ type: "xavier" }} }} }}
        layer {{ name: "cut" type: "Slice" bottom: "conv" top: "a" top: "b"
          slice_param {{ slice_dim: {axis} }} }}
    """)
    x = RNG.normal(size=(2, 3, 4, 6)).astype(np.float32)
    blobs = built.forward({"x": x}, ["conv", "a", "b"])
    for name, part in zip("ab", np.split(blobs["conv"], 2, axis), strict=True):
        np.testing.assert_array_equal(blobs[name], part)


def test_a_batch_of_another_size_is_cut_at_the_same_points() -> None:
    net = net_of(prototxt("axis: 0 slice_point: 1 slice_point: 4"))
    tops = net.forward({"bottom0": np.concatenate([X, X])})
    assert [tops[f"top{index}"].shape[0] for index in range(3)] == [1, 3, 8]


def test_a_batch_of_another_size_is_cut_evenly() -> None:
    tops = net_of(prototxt("axis: 0")).forward({"bottom0": X[:3]})
    assert [tops[f"top{index}"].shape[0] for index in range(3)] == [1, 1, 1]


def test_one_top_is_the_bottom() -> None:
    np.testing.assert_array_equal(run_layer(prototxt("", tops=1), [X]).tops[0], X)


def test_the_batch_is_not_cut_over_several_replicas() -> None:
    with pytest.raises(Exception, match="needs the whole batch on one device") as raised:
        run_replicas(prototxt("axis: 0"), {"bottom0": X}, 2)
    message = user_message(raised.value)
    assert message is not None
    assert message.startswith("Slice layer 'layer' (")


@pytest.mark.parametrize(
    ("net", "message"),
    [
        (prototxt("axis: 1", tops=4), "cannot cut 6 into 4 equal parts: give slice_point$"),
        (prototxt("slice_point: 2"), r"between each two of its 3 tops.* 1 to 5; got \[2\]$"),
        (prototxt("slice_point: 4 slice_point: 2"), r"rising.*got \[4, 2\]$"),
        (prototxt("slice_point: 2 slice_point: 6"), r"1 to 5; got \[2, 6\]$"),
        (prototxt("slice_point: 0 slice_point: 3"), r"1 to 5; got \[0, 3\]$"),
        (prototxt("axis: 4"), "axis 4 is out of range"),
        (prototxt("axis: 1 slice_dim: 1"), "give either axis or slice_dim, not both"),
    ],
)
def test_refuses_what_does_not_fit(net: str, message: str) -> None:
    with pytest.raises(OwltfError, match=message):
        net_of(net)


@pytest.mark.parametrize("fields", ["", "slice_point: 1 slice_point: 3", "axis: 0"])
def test_is_saved_and_loaded(fields: str, tmp_path: Path) -> None:
    save_and_load(net_of(prototxt(fields)), tmp_path)
