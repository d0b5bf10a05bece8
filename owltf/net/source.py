"""A data layer of a net, with its names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Source:
    """A data layer of the net, with its names.

    Attributes:
        name: the layer's name.
        tops: the names of the blobs it fills.
        layer: what reads the records.
    """

    name: str
    tops: tuple[str, ...]
    layer: Any
