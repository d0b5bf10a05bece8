"""Goes through the rows of HDF5 files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod
from pathlib import Path

import numpy as np

from owltf.api import Hdf5Reader, Hdf5Rows, OwltfError, check_stopped, hdf5_datasets
from owltf_datasets.database_images import Bad, Images

_CHUNK_VALUES = 1 << 22


class Hdf5Source:
    """The rows of HDF5 files: the dataset `data`, or the largest, with `label` beside it.

    Attributes:
        name: its name in messages.
        count: the number of rows.
        shapes: the shape of one row of each dataset.
    """

    def __init__(self, name: str, files: Sequence[Path]) -> None:
        """Open the files.

        Raises:
            OwltfError: if one cannot be read, or their datasets disagree.
        """
        names = hdf5_datasets(files[0])
        if not names:
            raise OwltfError(f"{files[0]} holds no datasets")
        rows = Hdf5Rows(files, names)
        self.name, self.count, self._files = name, rows.count, files
        self.shapes = dict(zip(names, rows.shapes, strict=True))
        sizes = {each: prod(shape) for each, shape in self.shapes.items()}
        self._data = "data" if "data" in sizes else max(sizes, key=lambda each: sizes[each])
        is_labelled = self._data != "label" and sizes.get("label") == 1
        self._label = "label" if is_labelled else None

    def images(self, bad: Bad, max_pixels: int | None) -> Iterator[Images]:
        """Yield the rows; one with a number that is none is bad."""
        names = [self._data, *([self._label] if self._label else [])]
        reader = Hdf5Reader(Hdf5Rows(self._files, names))
        step = max(1, _CHUNK_VALUES // max(1, prod(self.shapes[self._data])))
        for first in range(0, self.count, step):
            check_stopped()
            count = min(step, self.count - first)
            outputs = [np.empty((count, *self.shapes[name]), np.float32) for name in names]
            reader.read(first, outputs)
            good = np.isfinite(outputs[0].reshape(count, -1)).all(1)
            for row in np.flatnonzero(~good).tolist():
                bad(OwltfError(f"{self.name}: row {first + row} holds what is no number"))
            labels = outputs[1].reshape(count) if self._label else np.zeros(count)
            numbers = first + np.flatnonzero(good)
            yield Images(numbers, outputs[0][good], labels[good].astype(np.int64), encoded=False)
