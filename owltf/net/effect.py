"""The work of a layer that makes no blobs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Effect:
    """The work of a layer without tops, such as HDF5Output, which writes a file.

    Attributes:
        layer: the layer's name.
        tensor: a Keras tensor; to compute it is to do that work.
    """

    layer: str
    tensor: Any
