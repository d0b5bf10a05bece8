"""Tests of Blob: Caffe's axes and shapes over tensors of either layout."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from small_nets import input_blob

from owltf.convert.blob import BatchReshape, Blob, in_one_layout
from owltf.convert.keras_names import KerasNames
from owltf.keras_internals import model_between

SHAPES = [(2,), (2, 3), (2, 3, 4), (2, 3, 4, 5), (2, 3, 4, 5, 6)]


def values(shape: tuple[int, ...]) -> np.ndarray:
    return np.arange(np.prod(shape), dtype=np.float32).reshape(shape)


def run(bottom: Blob, top: Blob, array: np.ndarray) -> np.ndarray:
    """The top's tensor, in its own layout, for an array in Caffe's order."""
    return model_between(bottom.tensor, top.tensor)(array).numpy()


@pytest.mark.parametrize("shape", SHAPES)
def test_channels_last_is_a_transpose_of_caffes_order(shape: tuple[int, ...]) -> None:
    bottom = input_blob(*shape)
    last = bottom.to_channels_last()
    assert last.shape == shape
    order = (0, *range(2, len(shape)), 1) if len(shape) > 2 else range(len(shape))
    array = values(shape)
    np.testing.assert_array_equal(run(bottom, last, array), np.transpose(array, order))
    np.testing.assert_array_equal(run(bottom, last.to_caffe(), array), array)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("channels_last", [False, True])
def test_axis_finds_the_tensors_axis(shape: tuple[int, ...], channels_last: bool) -> None:
    bottom = input_blob(*shape)
    blob = bottom.to_channels_last() if channels_last else bottom
    array = values(shape)
    tensor = run(bottom, blob, array)
    for axis in range(-len(shape), len(shape)):
        got = tensor.sum(axis=blob.axis(axis)).sum()
        assert tensor.shape[blob.axis(axis)] == shape[axis]
        taken = np.take(tensor, 1, axis=blob.axis(axis)).sum()
        assert taken == np.take(array, 1, axis=axis).sum()
        assert got == array.sum()


@pytest.mark.parametrize("axis", [-3, 2])
def test_an_axis_that_is_not_there_is_an_error(axis: int) -> None:
    with pytest.raises(IndexError, match=f"axis {axis} is out of range for a blob of 2 axes"):
        input_blob(2, 3).axis(axis)


def test_a_scalar_has_no_axes() -> None:
    scalar = input_blob(2, 3).scalar(keras.Input(batch_shape=(), name="s"))
    assert (scalar.shape, scalar.rank, scalar.batch) == ((), 0, None)
    for axis in (-1, 0, 1):
        with pytest.raises(IndexError):
            scalar.canonical(axis)


@pytest.mark.parametrize("shape", SHAPES[1:])
@pytest.mark.parametrize("channels_last", [False, True])
def test_with_last_moves_one_axis(shape: tuple[int, ...], channels_last: bool) -> None:
    array = values(shape)
    for axis in range(1, len(shape)):
        bottom = input_blob(*shape)
        moved = (bottom.to_channels_last() if channels_last else bottom).with_last(axis)
        wanted = np.moveaxis(array, axis, -1)
        assert moved.shape == wanted.shape
        np.testing.assert_array_equal(run(bottom, moved, array), wanted)


@pytest.mark.parametrize("channels_last", [False, True])
@pytest.mark.parametrize("axis", [0, 1, 2, 3, -1, -3])
def test_flatten_joins_in_caffes_order(channels_last: bool, axis: int) -> None:
    array = values((2, 3, 4, 5))
    bottom = input_blob(*array.shape)
    flat = (bottom.to_channels_last() if channels_last else bottom).flatten(axis).to_caffe()
    wanted = array.reshape((*array.shape[: axis % 4], -1))
    assert flat.shape == wanted.shape
    np.testing.assert_array_equal(run(bottom, flat, array), wanted)


@pytest.mark.parametrize("shape", [(2, 60), (2, 5, 12), (6, 20), (120,), (2, 3, 4, 5)])
@pytest.mark.parametrize("rows", [2, 4])
def test_reshape_leaves_the_batch_open(shape: tuple[int, ...], rows: int) -> None:
    bottom = input_blob(2, 3, 4, 5)
    blob = bottom.to_channels_last().reshape(shape)
    assert blob.shape == shape
    array = values((rows, 3, 4, 5))
    wanted = array.reshape((-1, *shape[1:]))
    np.testing.assert_array_equal(run(bottom, blob, array), wanted)


def test_reshape_to_no_axes() -> None:
    bottom = input_blob(1, 1)
    scalar = bottom.reshape(())
    assert scalar.shape == ()
    assert run(bottom, scalar, values((1, 1))).shape == ()


def test_as_rows_is_a_matrix() -> None:
    bottom = input_blob(2, 3, 4)
    rows = bottom.as_rows()
    assert rows.shape == (6, 4)
    array = values((2, 3, 4))
    np.testing.assert_array_equal(run(bottom, rows, array), array.reshape(6, 4))
    assert rows.as_rows() is rows


def test_a_layer_keeps_the_layout_and_may_change_the_batch() -> None:
    blob = input_blob(2, 3, 4, 5).to_channels_last()
    assert blob.map(keras.layers.ReLU()).shape == (2, 3, 4, 5)
    joined = blob.map(lambda x: keras.layers.Concatenate(axis=0)([x, x]), batch=4)
    assert (joined.shape, joined.channels_last) == ((4, 3, 4, 5), True)


def test_plain_is_in_caffes_order() -> None:
    blob = input_blob(2, 3, 4, 5).to_channels_last()
    assert blob.plain(keras.Input((7, 8), name="y"), 6).shape == (6, 7, 8)


@pytest.mark.parametrize("first_is_last", [False, True])
def test_blobs_meet_in_the_first_ones_layout(first_is_last: bool) -> None:
    plain = input_blob(2, 3, 4, 5)
    last = plain.to_channels_last()
    blobs = in_one_layout([last, plain] if first_is_last else [plain, last])
    assert [blob.channels_last for blob in blobs] == [first_is_last] * 2
    assert [blob.shape for blob in blobs] == [(2, 3, 4, 5)] * 2


def test_helper_layers_are_named_after_the_blob() -> None:
    names = KerasNames(["conv1/x"])
    tensor: Any = keras.Input((3, 4, 5), name="conv1.x")
    blob = Blob("conv1/x", tensor, 2, names).to_channels_last()
    flat = blob.flatten()
    model = keras.Model(tensor, [blob.tensor, flat.tensor])
    assert [layer.name for layer in model.layers[1:]] == [
        "conv1.x.channels_last",
        "conv1.x.caffe_order",
        "conv1.x.flatten",
    ]


def test_batch_reshape_is_saved_and_loaded(tmp_path: Path) -> None:
    x = keras.Input((6,), name="x")
    model = keras.Model(x, BatchReshape(2, (4, 3))(x))
    model.save(tmp_path / "net.keras")
    loaded = keras.saving.load_model(tmp_path / "net.keras")
    np.testing.assert_array_equal(loaded(values((3, 6))), values((6, 3)))
