"""Blobs: the shape and its names."""

from __future__ import annotations

import pytest

from owltf.pycaffe.blob import Blob
from owltf.pycaffe.memory.host_array import HostArray


def blob(*shape: int) -> Blob:
    return Blob(HostArray(shape), HostArray(shape))


def test_axes_have_names() -> None:
    of_two = blob(4, 3)
    assert (of_two.num, of_two.channels, of_two.height, of_two.width) == (4, 3, 1, 1)
    assert (of_two.count, of_two.shape, blob().count) == (12, (4, 3), 1)
    with pytest.raises(RuntimeError, match="4 axes"):
        _ = blob(1, 2, 3, 4, 5).num


def test_a_reshape_keeps_values_that_fit() -> None:
    changed = blob(2, 3)
    changed.data[...] = [[1, 2, 3], [4, 5, 6]]
    changed.reshape(3, 2)
    assert changed.data.tolist() == [[1, 2], [3, 4], [5, 6]]
    changed.reshape(8)
    assert changed.data.tolist() == [1, 2, 3, 4, 5, 6, 0, 0]
    assert changed.diff.shape == (8,)
    with pytest.raises(RuntimeError, match="negative"):
        changed.reshape(-1)
    assert repr(changed) == "<Blob (8,)>"
