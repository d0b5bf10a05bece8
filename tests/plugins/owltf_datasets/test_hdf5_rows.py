"""Rows of HDF5 files."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
import pytest
from owltf_datasets.hdf5_rows import Hdf5Source

from owltf.api import OwltfError


def write(name: str, **datasets: object) -> Path:
    """Write an HDF5 file."""
    with h5py.File(name, "w") as file:
        for key, values in datasets.items():
            file[key] = values
    return Path(name)


def test_rows_with_and_without_labels(here: Path) -> None:
    values = np.arange(24, dtype=np.float32).reshape(4, 1, 2, 3)
    broken = values.copy()
    broken[2, 0, 0, 0] = np.nan
    files = [
        write("a.h5", data=values, label=[3, 1, 2, 0]),
        write("b.h5", data=broken, label=[9] * 4),
    ]
    source = Hdf5Source("mine", files)
    errors: list[OwltfError] = []
    (images,) = source.images(errors.append, None)
    assert images.numbers.tolist() == [0, 1, 2, 3, 4, 5, 7]
    assert images.labels.tolist() == [3, 1, 2, 0, 9, 9, 9]
    np.testing.assert_array_equal(images.pixels[:4], values)
    assert [str(each) for each in errors] == ["mine: row 6 holds what is no number"]
    (images,) = Hdf5Source("mine", [write("c.h5", x=values, y=values[:, 0, 0])]).images(print, None)
    assert images.pixels.shape == (4, 1, 2, 3)
    assert images.labels.tolist() == [0] * 4


def test_what_is_refused(here: Path) -> None:
    with pytest.raises(OwltfError, match="holds no datasets"):
        Hdf5Source("mine", [write("a.h5")])
    with pytest.raises(OwltfError, match="all datasets must have as many rows"):
        Hdf5Source("mine", [write("b.h5", data=[1.0, 2.0], label=[1.0])])
