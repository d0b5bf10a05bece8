"""Takes the batches of a net's own data layers, one after the other, for its forward passes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from owltf.errors import OwltfError
from owltf.net.data_errors import plain_errors
from owltf.net.source import Source
from owltf.net.source_batches import SourceBatches

_IN_MEMORY = "MemoryData"


class OwnData:
    """The data layers of a net, each with the batch that comes next."""

    def __init__(self, sources: Sequence[Source]) -> None:
        """Keep the data layers; each begins where a run from scratch does."""
        self._sources = sources
        self._iterators: dict[str, Iterator[Any]] = {}

    def next_batch(self, given: Mapping[str, Any]) -> dict[str, np.ndarray]:
        """Return the next tops, by name, of each data layer none of whose tops is given.

        Raises:
            OwltfError: if the data cannot be read.
        """
        tops: dict[str, np.ndarray] = {}
        for source in self._sources:
            if not any(top in given for top in source.tops):
                tops.update(self._next_of(source))
        return tops

    def batches(self) -> Iterator[dict[str, np.ndarray]]:
        """Yield the tops of all data layers, without end.

        Raises:
            OwltfError: if there are no data layers, or the data cannot be read.
        """
        if not self._sources:
            raise OwltfError("the net has no data layers to take batches from")
        while True:
            yield self.next_batch({})

    def set_arrays(self, data: Any, labels: Any, layer: str | None) -> None:
        """Give a layer that holds its records in memory new ones.

        Raises:
            OwltfError: if there is no such layer, or the arrays do not fit it.
        """
        found = [each for each in self._sources if each.layer.caffe_type == _IN_MEMORY]
        named = [each for each in found if layer in (None, each.name)]
        if len(named) != 1:
            names = ", ".join(f"'{each.name}'" for each in found) or "none"
            raise OwltfError(
                f"name one of the net's {_IN_MEMORY} layers; there are {names}, got {layer!r}"
            )
        named[0].layer.set_arrays(data, labels)
        self._iterators.pop(named[0].name, None)

    def _next_of(self, source: Source) -> dict[str, np.ndarray]:
        with plain_errors([source]):
            if source.name not in self._iterators:
                start = {source.name: source.layer.first_position}
                self._iterators[source.name] = SourceBatches([source], start)
            return {name: top.numpy() for name, top in next(self._iterators[source.name]).items()}
