"""The batches of a net as tools take them: some, or every record exactly once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from owltf.errors import OwltfError
from owltf.net.batches import check_fed, dataset_of, first_positions
from owltf.net.data_errors import plain_errors
from owltf.net.net import Net, Source


@dataclass(frozen=True)
class Batch:
    """A batch of a net's inputs.

    Attributes:
        arrays: the inputs by blob name, in Caffe's order.
        keys: what the source calls each record.
        labels: the records' labels, a row each; None where the source has none.
    """

    arrays: Mapping[str, Any]
    keys: Sequence[str]
    labels: Any = None

    @property
    def rows(self) -> int:
        """How many records it holds."""
        return len(self.keys)


@dataclass(frozen=True)
class NetBatches:
    """Batches to go through; `len()` tells how many there will be.

    Attributes:
        sources: the data layers.
        start: the record at which each starts, by layer name.
        records: how many records to take.
        label: the blob that holds the labels, if there is one.
    """

    sources: Sequence[Source]
    start: Mapping[str, int]
    records: int
    label: str | None = None

    def __len__(self) -> int:
        """Return how many batches there are."""
        return -(-self.records // self._size)

    def __iter__(self) -> Iterator[Batch]:
        """Yield the batches in the source's order."""
        leader = _leader(self.sources)
        keys = leader.layer.keys(self.start[leader.name])
        batches = iter(dataset_of(self.sources, self.start).take(len(self)))
        for done in range(0, self.records, self._size):
            kept = min(self._size, self.records - done)
            with plain_errors(self.sources):
                arrays = _cut(next(batches), self.sources, kept)
            labels = arrays[self.label] if self.label else None
            yield Batch(arrays, tuple(islice(keys, kept)), labels)

    @property
    def _size(self) -> int:
        return int(_leader(self.sources).layer.batch_size)


def net_batches(
    net: Net,
    count: int | None = None,
    *,
    once: bool = False,
    sources: Sequence[Source] | None = None,
) -> NetBatches:
    """Return batches of a net's own data, in the source's order.

    Args:
        net: the net.
        count: how many batches, from where the net starts; the source wraps around. None for
            every record exactly once, from the first; the last batch may then be smaller.
        once: end where a record would come for the second time.
        sources: data layers to take instead of the net's, as `whole_images` gives them.

    Raises:
        OwltfError: if the net has no data layers, or the data have no end.
    """
    check_fed(net)
    sources = net.sources if sources is None else sources
    if not sources:
        raise OwltfError(f"net '{net.name}' has no data layer that says what a batch is")
    wanted = None if count is None else count * _leader(sources).layer.batch_size
    if wanted is None or once:
        there = record_count(sources)
        wanted = there if wanted is None else min(wanted, there)
    start = {each.name: 0 for each in sources} if count is None else first_positions(net)
    return NetBatches(sources, start, wanted, net.label_blob)


def record_count(sources: Sequence[Source]) -> int:
    """Return how many records the data layers have, which go through them side by side.

    Raises:
        OwltfError: if they have no end, or not the same one.
    """
    sizes = {s.name: (s.layer.records, s.layer.batch_size) for s in sources if s.layer.records}
    if not sizes:
        names = ", ".join(repr(source.name) for source in sources)
        raise OwltfError(f"the data of {names} have no end; say how many batches to take")
    if len(set(sizes.values())) > 1:
        found = ", ".join(f"{name!r} {each[0]:,} by {each[1]}" for name, each in sizes.items())
        raise OwltfError(
            f"going through several data layers once needs as many records and as large batches "
            f"in each; got {found}"
        )
    return int(next(iter(sizes.values()))[0])


def _leader(sources: Sequence[Source]) -> Source:
    """Return the data layer whose records are counted: the first one that has an end."""
    return next((source for source in sources if source.layer.records), sources[0])


def _cut(arrays: Mapping[str, Any], sources: Sequence[Source], rows: int) -> Mapping[str, Any]:
    """Keep the first rows of a batch."""
    whole = _leader(sources).layer.batch_size
    if rows == whole:
        return arrays
    for source in sources:
        for top, shape in zip(source.tops, source.layer.top_shapes, strict=True):
            if shape[:1] != (whole,):
                raise OwltfError(
                    f"the last batch has {rows} records, and '{top}' {shape} has no row for each; "
                    f"say how many batches to take"
                )
    return {name: array[:rows] for name, array in arrays.items()}
