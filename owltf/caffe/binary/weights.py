"""The learned blobs of a net, layer by layer, whatever file they come from."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np


@dataclass(frozen=True)
class LayerWeights:
    """A layer's learned blobs.

    Attributes:
        name: The layer's name.
        type: Its type, such as Convolution; empty where the file does not say.
        blobs: Arrays of float32 in Caffe's shapes; one of four axes may have leading ones that
            today's shape lacks, as old files write any blob with four.
    """

    name: str
    type: str
    blobs: tuple[np.ndarray, ...]


@dataclass(frozen=True)
class Weights:
    """All layers of a file, in its order; layers without blobs are there too."""

    path: Path
    layers: tuple[LayerWeights, ...]

    def __iter__(self) -> Iterator[LayerWeights]:
        """Go over the layers."""
        return iter(self.layers)

    def __len__(self) -> int:
        """Count the layers."""
        return len(self.layers)

    def __getitem__(self, index: int) -> LayerWeights:
        """Give the layer of an index."""
        return self.layers[index]
