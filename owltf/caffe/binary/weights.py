"""The learned blobs of a weights file, listed by layer."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np


@dataclass(frozen=True)
class LayerWeights:
    """The learned blobs of one layer in a weights file.

    Attributes:
        name: the layer's name.
        type: its type, such as Convolution; empty where the file does not say.
        blobs: arrays of float32 in Caffe's shapes; old files write every blob with four axes, so a
            bias of 10 values may have the shape (1, 1, 1, 10).
        indices: the number of each blob in an HDF5 file, which leaves out those that an earlier
            layer has too; None in a binary one, which has them all.
    """

    name: str
    type: str
    blobs: tuple[np.ndarray, ...]
    indices: tuple[int, ...] | None = None


@dataclass(frozen=True)
class Weights:
    """All layers of a weights file in the file's order, those without blobs included."""

    path: Path
    layers: tuple[LayerWeights, ...]

    def __iter__(self) -> Iterator[LayerWeights]:
        """Return an iterator over the layers."""
        return iter(self.layers)

    def __len__(self) -> int:
        """Return the number of layers."""
        return len(self.layers)

    def __getitem__(self, index: int) -> LayerWeights:
        """Return the layer at an index."""
        return self.layers[index]
