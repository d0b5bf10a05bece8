"""Batches of a net's data as tools take them."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
import pytest
from solver_case import NET, Case

from owltf.errors import OwltfError
from owltf.inference.net_batches import Batch, NetBatches, net_batches, record_count
from owltf.net.net import Net
from owltf.testing import net_of


def net_with(batch_size: int, more: str = "") -> Net:
    Path("net.prototxt").write_text(
        NET.replace("batch_size: 8", f"batch_size: {batch_size}") + more
    )
    return net_of("net.prototxt")


def joined(batches: NetBatches) -> tuple[np.ndarray, list[str]]:
    taken = list(batches)
    assert len(taken) == len(batches)
    data = np.concatenate([batch.arrays["data"] for batch in taken])
    return data, [key for batch in taken for key in batch.keys]


@pytest.fixture
def data(small: Case) -> np.ndarray:
    with h5py.File(small.folder / "train.h5") as file:
        return file["data"][:]


def test_some_batches_go_round(data: np.ndarray) -> None:
    got, keys = joined(net_batches(net_with(12), 4))
    np.testing.assert_array_equal(got, np.concatenate([data, data[:8]]))
    assert keys == [str(number % 40) for number in range(48)]


def test_every_record_once_with_a_smaller_last_batch(data: np.ndarray) -> None:
    batches = net_batches(net_with(12))
    got, keys = joined(batches)
    np.testing.assert_array_equal(got, data)
    assert keys == [str(number) for number in range(40)]
    assert [batch.rows for batch in batches] == [12, 12, 12, 4]
    assert all(len(batch.labels) == batch.rows for batch in batches)


def test_once_ends_where_a_record_would_come_again(data: np.ndarray) -> None:
    net = net_with(12)
    np.testing.assert_array_equal(joined(net_batches(net, 9, once=True))[0], data)
    np.testing.assert_array_equal(joined(net_batches(net, 2, once=True))[0], data[:24])


ENDLESS = 'layer { name: "noise" type: "DummyData" top: "noise" dummy_data_param { shape { %s } } }'


def test_data_without_end_go_along(data: np.ndarray) -> None:
    net = net_with(16, ENDLESS % "dim: 16 dim: 2")
    sizes = [batch.arrays["noise"].shape for batch in net_batches(net)]
    assert sizes == [(16, 2), (16, 2), (8, 2)]
    assert record_count(net.sources) == 40


def test_what_cannot_be_gone_through_once(small: Case) -> None:
    net = net_of(ENDLESS % "dim: 4")
    with pytest.raises(OwltfError, match="the data of 'noise' have no end; say how many batches"):
        net_batches(net)
    assert len(net_batches(net, 3)) == 3
    with pytest.raises(OwltfError, match="has 8 records, and 'noise' .2, 16. has no row for each"):
        list(net_batches(net_with(16, ENDLESS % "dim: 2 dim: 16")))
    other = NET.split("layer {", 2)[1].replace("8", "10").replace('"data"', '"data2"')
    other = other.replace('"label"', '"label2"').replace("train.txt", "other.txt")
    with h5py.File("other.h5", "w") as file:
        file["data2"], file["label2"] = np.zeros((30, 2)), np.zeros(30)
    Path("other.txt").write_text("other.h5")
    with pytest.raises(OwltfError, match="got 'data' 40 by 8, 'data2' 30 by 10"):
        net_batches(net_with(8, "layer {" + other))


def test_a_net_that_is_fed_by_its_caller_has_no_batches() -> None:
    shape = "input_param { shape { dim: 1 dim: 2 } }"
    net = net_of(f'layer {{ name: "data" type: "Input" top: "data" {shape} }}')
    with pytest.raises(OwltfError, match="have no data; give it data layers"):
        net_batches(net, 1)


def test_a_batch_says_how_many_rows_it_has() -> None:
    assert Batch({}, ("a", "b")).rows == 2
