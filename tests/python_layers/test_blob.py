"""Blobs as Python layers see them."""

from __future__ import annotations

import numpy as np
import pytest

from owltf.python_layers.blob import Blob, Blobs


def test_values_are_written_in_place() -> None:
    blob = Blob(2, 3)
    blob.data[0] = 1
    blob.data[1, 2] += 5
    blob.diff[...] = 7
    np.testing.assert_array_equal(blob.data, [[1, 1, 1], [0, 0, 5]])
    np.testing.assert_array_equal(blob.diff, np.full((2, 3), 7))
    assert blob.data.dtype == blob.diff.dtype == np.float32


@pytest.mark.parametrize(
    ("shape", "named", "count"),
    [
        ((2, 3, 4, 5), (2, 3, 4, 5), 120),
        ((2, 3), (2, 3, 1, 1), 6),
        ((), (1, 1, 1, 1), 1),
        ((0, 3), (0, 3, 1, 1), 0),
    ],
)
def test_sizes_have_names(shape: tuple[int, ...], named: tuple[int, ...], count: int) -> None:
    blob = Blob(*shape)
    assert blob.shape == shape
    assert (blob.num, blob.channels, blob.height, blob.width) == named
    assert (blob.count, blob.data.shape) == (count, shape)


def test_more_than_four_axes_have_no_names() -> None:
    with pytest.raises(ValueError, match=r"are of 4 axes; got \(1, 2, 3, 4, 5\)"):
        _ = Blob(1, 2, 3, 4, 5).num


def test_what_fits_in_keeps_its_values() -> None:
    blob = Blob(2, 3)
    blob.data[...] = np.arange(6).reshape(2, 3)
    blob.reshape(4)
    np.testing.assert_array_equal(blob.data, np.arange(4))
    blob.reshape(np.int64(3), 2)
    np.testing.assert_array_equal(blob.data, np.arange(6).reshape(3, 2))


@pytest.mark.parametrize(
    ("shape", "error"), [((2, -1), ValueError), ((2.0,), TypeError), (((2, 3),), TypeError)]
)
def test_sizes_are_whole_numbers(shape: tuple, error: type[Exception]) -> None:
    with pytest.raises(error):
        Blob().reshape(*shape)


def test_fill_takes_values_and_shape() -> None:
    blob = Blob(1)
    blob.fill(np.arange(6.0).reshape(2, 3))
    np.testing.assert_array_equal(blob.data, np.arange(6).reshape(2, 3))


def test_a_frozen_blob_is_only_filled() -> None:
    blob = Blob(2)
    blob.freeze()
    with pytest.raises(ValueError, match="read-only"):
        blob.data[0] = 1
    blob.fill([1, 2])
    np.testing.assert_array_equal(blob.data, [1, 2])
    blob.diff[0] = 3


def test_data_is_not_replaced() -> None:
    with pytest.raises(AttributeError):
        Blob(2).data = np.zeros(2)


def test_blobs_are_added() -> None:
    blobs = Blobs()
    blobs.add_blob(2, 3)
    assert [blob.shape for blob in blobs] == [(2, 3)]
