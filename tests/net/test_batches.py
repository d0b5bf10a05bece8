"""The batches of a net."""

from __future__ import annotations

import h5py
import numpy as np
import pytest
from solver_case import Case

from owltf.errors import OwltfError
from owltf.net.batches import batches, first_positions, positions_after
from owltf.testing import net_of


def test_batches_are_the_sources_and_start_where_told(small: Case) -> None:
    net = small.start().nets.train
    with h5py.File(small.folder / "train.h5") as file:
        data = file["data"][:]
    first = next(batches(net, first_positions(net)))
    np.testing.assert_array_equal(first["data"], data[:8])
    place = positions_after(net, {"data": 0}, passes=4)
    assert place == {"data": 32}
    iterator = batches(net, place)
    np.testing.assert_array_equal(next(iterator)["data"], data[32:])
    np.testing.assert_array_equal(next(iterator)["data"], data[:8])


def test_inputs_without_data_are_refused() -> None:
    net = net_of(
        'layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 2 } } }'
    )
    with pytest.raises(OwltfError, match=r"inputs \['data'\] have no data"):
        batches(net, {})
