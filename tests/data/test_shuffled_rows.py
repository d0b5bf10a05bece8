from __future__ import annotations

import h5py
import numpy as np
import pytest

from owltf.data import shuffled_rows

NET = """layer { name: "rows" type: "HDF5Data" top: "data" top: "label"
  hdf5_data_param { source: "list.txt" batch_size: 4 shuffle: true } }"""


@pytest.fixture
def files(tmp_path):
    for name, first, count in [("a.h5", 0, 7), ("b.h5", 7, 3), ("c.h5", 10, 5)]:
        with h5py.File(tmp_path / name, "w") as file:
            file["data"] = np.arange(first, first + count, dtype=np.int64)[:, None, None] * 10
            file["label"] = np.arange(first, first + count, dtype=np.uint8)
    (tmp_path / "list.txt").write_text("a.h5\nb.h5\nc.h5\n")
    return tmp_path


@pytest.mark.parametrize("most", [1 << 29, 0])
def test_each_epoch_has_each_row_once_in_another_order(
    most, files, make_layer, records, monkeypatch
):
    monkeypatch.setattr(shuffled_rows, "_MOST_BYTES", most)
    layer = make_layer(NET, files)
    assert layer.top_shapes == ((4, 1, 1), (4,))
    data, labels = records(layer, 60)
    np.testing.assert_array_equal(data.ravel(), labels * 10)
    epochs = labels.reshape(4, 15)
    np.testing.assert_array_equal(np.sort(epochs), np.tile(np.arange(15), (4, 1)))
    assert len({tuple(epoch) for epoch in epochs}) == 4
    # The rows of one file come together, as in Caffe.
    kinds = np.digitize(epochs[0], [7, 10])
    assert np.count_nonzero(np.diff(kinds)) == 2
    _, resumed = records(make_layer(NET, files), 20, 23)
    np.testing.assert_array_equal(resumed, labels[23:43])
    assert layer.describe().endswith(", shuffled")
