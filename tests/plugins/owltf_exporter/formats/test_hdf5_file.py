"""The weights of a net in HDF5, in the groups that Caffe reads."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
from owltf_exporter.export_job import Exported
from owltf_exporter.formats.hdf5_file import TOLERANCE, check, write

from owltf.testing import net_of

NET = """
layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 1 dim: 3 dim: 5 dim: 5 } } }
layer { name: "y" type: "Convolution" bottom: "x" top: "y"
  convolution_param { num_output: 4 kernel_size: 3 weight_filler { type: "xavier" } } }
"""


def test_each_blob_is_a_dataset_of_its_layer(tmp_path: Path) -> None:
    exported, path = Exported(net_of(NET)), tmp_path / "out.h5"
    write(exported, path)
    filters, bias = exported.net.get_params()["y"]
    with h5py.File(path) as file:
        assert list(file["data/y"]) == ["0", "1"]
        np.testing.assert_array_equal(file["data/y/0"], filters)
        np.testing.assert_array_equal(file["data/y/1"], bias)
    assert check(exported, path).size == TOLERANCE
