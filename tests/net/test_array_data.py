"""Records that are rows of arrays."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from owltf.caffe.schema.schema import load_schema
from owltf.convert.context import NetContext
from owltf.data.data_context import DataContext
from owltf.errors import OwltfError
from owltf.net.array_data import ArrayData, array_of
from owltf.runtime.batch_rows import BatchShare


def made(arrays: list[np.ndarray], share: BatchShare | None = None, **more: Any) -> ArrayData:
    registry: Any = SimpleNamespace(schema=load_schema())
    net = replace(NetContext(registry, "TRAIN", seed=5), share=share or BatchShare())
    layer = load_schema().message("LayerParameter")(name="data", type="Data", top=["x", "y"])
    return ArrayData(DataContext(layer, "net.prototxt:3", net), arrays, 4, **more)


def test_a_process_reads_its_own_rows_alone() -> None:
    x = np.arange(6, dtype=np.int64)
    data = made([x, x[:, None]], BatchShare(1, 1, 2), shuffle=False)
    several = iter(data.dataset(3))
    for rows in ([5, 0], [3, 4], [1, 2]):
        first, second = next(several)
        assert first.numpy().tolist() == rows
        assert second.shape == (2, 1)


def test_labels_are_told_where_a_record_has_one() -> None:
    data = made([np.zeros((3, 2)), np.array([[0], [1], [2]])])
    assert not [*data.label_groups(0)]
    (group,) = data.label_groups(1)
    assert (group.values.tolist(), group.place(2)) == ([0, 1, 2], "record 2")


def test_each_array_has_as_many_records() -> None:
    with pytest.raises(OwltfError, match=r"Data layer 'data' .net.prototxt:3.: .* 'x' 3, 'y' 2"):
        made([np.zeros(3), np.zeros(2)])


@pytest.mark.parametrize(
    ("value", "reason"),
    [([[1, 2], [3]], "is no array"), ("text", "got one of <U4"), (3.0, r"got shape \(\)")],
)
def test_what_is_no_array_is_refused(value: Any, reason: str) -> None:
    with pytest.raises(OwltfError, match=reason):
        array_of(value, OwltfError)
