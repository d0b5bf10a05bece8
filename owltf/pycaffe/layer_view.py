"""LayerView: a layer of a net as pycaffe shows it, with its type and parameter blobs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from owltf.pycaffe.blob import Blob


@dataclass(frozen=True)
class LayerView:
    """A layer of a net.

    Attributes:
        type: its type, such as "Convolution".
        blobs: its parameter blobs.
    """

    type: str
    blobs: Sequence[Blob]
