"""One Python layer on arrays, without TensorFlow."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from python_case import PYLOSS, write_module

from owltf.caffe.schema.schema import load_schema
from owltf.errors import OwltfError
from owltf.python_layers.host_layer import HostLayer
from owltf.python_layers.user_code import UserCode

A, B = np.arange(6.0).reshape(2, 3), np.ones((2, 3))
BOTH = [True, True]


def host(
    folder: Path, layer: str, *shapes: tuple[int, ...], tops: int = 1, **fields: Any
) -> HostLayer:
    """Return a layer of the module."""
    names = [f"bottom{index}" for index in range(len(shapes))]
    parameter = load_schema().message("LayerParameter")(
        name="mine", type="Python", bottom=names, top=[f"top{index}" for index in range(tops)]
    )
    parameter.MergeFrom(type(parameter)(**fields))
    parameter.python_param.module, parameter.python_param.layer = "pyloss", layer
    return HostLayer(UserCode.beside(folder), parameter, "TRAIN", shapes, "Python layer 'mine'")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the module."""
    write_module(tmp_path)
    return tmp_path


def test_forward_and_backward(folder: Path) -> None:
    loss = host(folder, "EuclideanLossLayer", (2, 3), (2, 3))
    assert loss.top_shapes == [(1,)]
    (top,), number = loss.forward([A, B], [])
    np.testing.assert_allclose(top, [np.sum((A - B) ** 2) / 4])
    grads = loss.backward(number, [A, B], [], [np.array([3])], BOTH)
    np.testing.assert_allclose(grads, [3 * (A - B) / 2, 3 * (B - A) / 2])


def test_what_is_not_propagated_is_zero(folder: Path) -> None:
    loss = host(folder, "EuclideanLossLayer", (2, 3), (2, 3))
    for propagate in (BOTH, [True, False]):
        _, number = loss.forward([A, B], [])
        grads = loss.backward(number, [A, B], [], [np.ones(1)], propagate)
    np.testing.assert_array_equal(grads[1], np.zeros((2, 3)))


def test_a_pass_that_another_followed_is_computed_again(folder: Path) -> None:
    loss = host(folder, "EuclideanLossLayer", (2, 3), (2, 3))
    _, number = loss.forward([A, B], [])
    loss.forward([B, B], [])
    grads = loss.backward(number, [A, B], [], [np.ones(1)], BOTH)
    np.testing.assert_allclose(grads[0], (A - B) / 2)


def test_blobs_are_those_of_setup_and_then_those_given(folder: Path) -> None:
    scaled = host(folder, "Scaled", (2, 3), tops=2, python_param={"param_str": "2"})
    assert [blob.data[0] for blob in scaled.blobs] == [3]
    (top, _), number = scaled.forward([A], [np.array([5])])
    np.testing.assert_allclose(top, 10 * A)
    grads = scaled.backward(number, [A], [np.array([5])], [B, np.zeros(2)], [True])
    np.testing.assert_allclose(grads[0], 10 * B)
    np.testing.assert_allclose(grads[1], [2 * A.sum()])


def test_a_twin_has_a_state_of_its_own(folder: Path) -> None:
    first = host(folder, "Counted", tops=2)
    second = first.twin()
    firsts = [each.forward([], [])[0][0][0, 0] for each in (first, first, second)]
    assert firsts == [0, 100, 0]


def test_tops_are_not_the_layers_memory(folder: Path) -> None:
    counted = host(folder, "Counted", tops=2)
    (first, _), _ = counted.forward([], [])
    counted.forward([], [])
    assert first[0, 0] == 0


def test_the_phase_is_told(folder: Path) -> None:
    counted = host(folder, "Counted", tops=2)
    assert counted.forward([], [])[0][1][0, 0] == 0


@pytest.mark.parametrize(
    ("layer", "message"),
    [
        ("Absent", r"^Python layer 'mine': module 'pyloss' \(.*\) has no class 'Absent'"),
        ("np", "^Python layer 'mine': making a np failed: TypeError: 'module' object is not call"),
        ("EuclideanLossLayer", "^Python layer 'mine': pyloss.EuclideanLossLayer.setup failed at "),
    ],
)
def test_what_cannot_be_made_is_told(folder: Path, layer: str, message: str) -> None:
    with pytest.raises(OwltfError, match=message):
        host(folder, layer, (2, 3))


def test_a_layer_without_forward_is_told(folder: Path) -> None:
    write_module(folder, PYLOSS + "\n\nclass Empty(caffe.Layer):\n    pass\n")
    with pytest.raises(OwltfError, match="Empty.forward failed: NotImplementedError: the layer h"):
        host(folder, "Empty", tops=0).forward([], [])
