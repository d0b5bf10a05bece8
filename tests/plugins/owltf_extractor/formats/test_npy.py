"""`.npy`: one array a file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from read_back import read_others
from some_rows import write


def test_it_can_be_mapped_into_memory(here: Path) -> None:
    values = write("out.npy", 9, [])
    mapped = np.load("out.npy", mmap_mode="r")
    assert (mapped.dtype, mapped.shape) == (np.float32, (9, 2, 3))
    np.testing.assert_array_equal(mapped, values)


def test_keys_and_labels_are_files_of_their_own(here: Path) -> None:
    write("out.npy", 5)
    assert sorted(path.name for path in here.iterdir()) == [
        "out.key.npy",
        "out.label.npy",
        "out.npy",
    ]
    assert read_others(Path("out.npy")) == ([f"key {n}, ü" for n in range(5)], list(range(5)))


def test_no_rows_are_an_empty_array(here: Path) -> None:
    write("out.npy", 0, [])
    assert np.load("out.npy").shape == (0, 2, 3)
