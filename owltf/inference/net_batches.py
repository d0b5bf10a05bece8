"""Takes batches of a net's own data without training: some batches, or each record once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from owltf.errors import OwltfError
from owltf.net.batches import check_fed, first_positions
from owltf.net.data_errors import plain_errors
from owltf.net.net import Net
from owltf.net.skipped_records import tell_skipped
from owltf.net.source import Source
from owltf.net.source_batches import SourceBatches


@dataclass(frozen=True)
class Batch:
    """A batch of a net's inputs, with the keys and labels of its records.

    Attributes:
        arrays: the inputs by blob name, in Caffe's order.
        keys: the source's name for each record.
        labels: the records' labels, a row each; None if the source has none.
    """

    arrays: Mapping[str, Any]
    keys: Sequence[str]
    labels: Any = None

    @property
    def rows(self) -> int:
        """The number of records."""
        return len(self.keys)


@dataclass(frozen=True)
class NetBatches:
    """An iterable of batches of a net's data; `len()` returns how many there will be.

    Attributes:
        sources: the data layers.
        start: the record at which each starts, by layer name.
        records: the number of records to take.
        label: the blob that holds the labels, if there is one.
    """

    sources: Sequence[Source]
    start: Mapping[str, int]
    records: int
    label: str | None = None

    def __len__(self) -> int:
        """Return the number of batches."""
        return -(-self.records // self._size)

    def __iter__(self) -> Iterator[Batch]:
        """Yield the batches in the source's order."""
        counted = _counted_source(self.sources)
        keys = counted.layer.keys(self.start[counted.name])
        batches = SourceBatches(self.sources, self.start)
        for done in range(0, self.records, self._size):
            kept = min(self._size, self.records - done)
            with plain_errors(self.sources):
                arrays = _cut(next(batches), self.sources, kept)
            labels = arrays[self.label] if self.label else None
            yield Batch(arrays, tuple(islice(keys, kept)), labels)
        tell_skipped(self.sources)

    @property
    def _size(self) -> int:
        return int(_counted_source(self.sources).layer.batch_size)


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
        count: the number of batches, from where the net starts; the source wraps around. None for
            every record exactly once, from the first; the last batch may then be smaller.
        once: end before a record would come for the second time.
        sources: data layers to use instead of the net's, such as those of `whole_images`.

    Raises:
        OwltfError: if the net has no data layers, or the data have no end.
    """
    check_fed(net)
    sources = net.sources if sources is None else sources
    if not sources:
        raise OwltfError(f"net '{net.name}' has no data layer that says what a batch is")
    wanted = None if count is None else count * _counted_source(sources).layer.batch_size
    if wanted is None or once:
        available = record_count(sources)
        wanted = available if wanted is None else min(wanted, available)
    start = {each.name: 0 for each in sources} if count is None else first_positions(net)
    return NetBatches(sources, start, wanted, net.label_blob)


def record_count(sources: Sequence[Source]) -> int:
    """Return the number of records in data layers that are read side by side.

    Raises:
        OwltfError: if none of them has an end, or their numbers of records or batch sizes differ.
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


def _counted_source(sources: Sequence[Source]) -> Source:
    """Return the data layer whose records are counted: the first one that has an end."""
    return next((source for source in sources if source.layer.records), sources[0])


def _cut(arrays: Mapping[str, Any], sources: Sequence[Source], rows: int) -> Mapping[str, Any]:
    """Return the first rows of a batch."""
    whole = _counted_source(sources).layer.batch_size
    if rows == whole:
        return arrays
    return {
        name: source.layer.first_rows(top, arrays[name], rows, whole)
        for source in sources
        for top, name in enumerate(source.tops)
    }
