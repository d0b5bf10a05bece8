"""`.h5`: datasets that an HDF5Data layer reads."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
from some_rows import BLOB, write

from owltf.api import load_net, net_batches

NET = """layer { name: "data" type: "HDF5Data" top: "a/b" top: "label"
  hdf5_data_param { source: "list.txt" batch_size: 5 } }"""


def test_the_datasets_are_float32_and_text(here: Path) -> None:
    values = write("out.h5")
    with h5py.File("out.h5") as file:
        blob, label, key = (file[name] for name in (BLOB.name, "label", "key"))
        assert (blob.dtype, blob.shape, label.shape) == (np.float32, (10, 2, 3), (10,))
        np.testing.assert_array_equal(blob, values)
        assert h5py.check_string_dtype(key.dtype).encoding == "utf-8"


def test_a_data_layer_reads_them(here: Path) -> None:
    values = write("out.h5")
    (here / "list.txt").write_text("out.h5\n")
    (here / "net.prototxt").write_text(NET)
    found = list(net_batches(load_net("net.prototxt")))
    got = np.concatenate([batch.arrays[BLOB.name] for batch in found])
    np.testing.assert_array_equal(got, values)
    assert np.concatenate([batch.arrays["label"] for batch in found]).tolist() == list(range(10))


def test_no_rows_are_empty_datasets(here: Path) -> None:
    write("out.h5", 0)
    with h5py.File("out.h5") as file:
        assert {name: file[name].shape for name in ("key", "label")} == {"key": (0,), "label": (0,)}
        assert file[BLOB.name].shape == (0, 2, 3)
