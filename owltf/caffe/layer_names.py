"""Gives each layer a unique name: Caffe allows layers without a name, or two of one name."""

from collections.abc import Container, Iterable
from itertools import count
from typing import Protocol


class NamedLayer(Protocol):
    """A layer of a net or of a caffemodel: anything with a name and a type."""

    @property
    def name(self) -> str:
        """The name as written; it may be empty."""

    @property
    def type(self) -> str:
        """The layer's type."""


def unique_names(layers: Iterable[NamedLayer]) -> tuple[str, ...]:
    """Return a unique name for each layer: the one written, or with `_2`, `_3` … if it is taken.

    A layer without a name is named after its type.
    """
    layers = list(layers)
    written = {layer.name for layer in layers}
    given: dict[str, None] = {}
    for layer in layers:
        given[_free_name(layer, written, given)] = None
    return tuple(given)


def hdf5_name(name: str) -> str:
    """Return what HDF5 makes of a layer's name, which it reads as a path: `a/b` of `/a//./b`.

    Returns:
        The path's parts, joined; empty if it has none.
    """
    return "/".join(part for part in name.split("/") if part not in ("", "."))


def _free_name(layer: NamedLayer, written: Container[str], given: Container[str]) -> str:
    stem = layer.name or layer.type
    if stem not in given and (layer.name or stem not in written):
        return stem
    numbered = (f"{stem}_{number}" for number in count(2))
    return next(name for name in numbered if name not in written and name not in given)
