"""Reads the records of a LevelDB, without changing a file of it, as LevelDB itself would."""

from __future__ import annotations

import heapq
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from owltf.data.source.chunk import NOTHING, Bytes, Chunk, Places, joined
from owltf.data.source.leveldb_log import BrokenLevelDbError, log_records, read_batch, read_manifest
from owltf.data.source.leveldb_table import Entry, Table
from owltf.data.source.records import broken_is_an_error
from owltf.errors import OwltfError
from owltf.files.regular_file import read_bytes, refuse_irregular

_SUFFIXES = (".ldb", ".sst")
# All keys of a database of less than this are read when it is opened.
LARGE = 1 << 28
_PLACES_AT_ONCE = 1 << 12
_CHANGED = "was changed while it was read"


class Blocks(Protocol):
    """Sorted records in blocks."""

    @property
    def counts(self) -> npt.NDArray[np.int64]:
        """How many records each block has."""

    @property
    def block_count(self) -> int:
        """How many blocks it has."""

    @property
    def size(self) -> int:
        """How many bytes it takes."""

    def data(self, first: int, stop: int) -> tuple[Bytes, Places]:
        """Return the content of the blocks from one to another.

        Returns:
            The bytes; and where each block begins in them, and the last one ends.
        """

    def entries(self, number: int) -> tuple[memoryview, Sequence[Entry]]:
        """Return a block's content, and its records."""

    def ends(self) -> tuple[bytes, bytes]:
        """Return the first and the last key."""


class LevelDbRecords:
    """The records of a LevelDB in the order of their keys.

    Attributes:
        name: its name in messages: "LevelDB mnist_train_leveldb".
        count: the number of records.
        size: the bytes of its tables and logs.
    """

    def __init__(self, path: Path) -> None:
        """Open a LevelDB by its folder.

        Raises:
            OwltfError: if it is none, is damaged, is being written, or holds nothing.
        """
        self.name = f"LevelDB {path}"
        if not (path / "CURRENT").is_file():
            raise OwltfError(f"{path} is not a LevelDB: {_found(path)}")
        _refuse_writer(path)
        with broken_is_an_error(self.name):
            sources = _sources(path)
            self._index = _index(sources)
        self.size = sum(each.size for each in sources)
        self.count = self._index.count
        if not self.count:
            raise OwltfError(f"{self.name} holds no records")

    def key(self, number: int) -> str:
        """Return the key of a record, as text."""
        return next(self.keys(number))

    def keys(self, number: int) -> Iterator[str]:
        """Yield the keys from record `number` on; after the last comes the first again."""
        with broken_is_an_error(self.name):
            while True:
                for key in self._index.keys(number % self.count):
                    yield key.decode(errors="replace")
                number = 0

    def reader(self) -> LevelDbReader:
        """Return a new reader of the records."""
        return LevelDbReader(self._index, self.name)


class LevelDbReader:
    """Reads records in chunks."""

    def __init__(self, index: Index | LiveIndex, name: str) -> None:
        """Keep the index."""
        self._index, self._name = index, name

    def read(self, number: int, count: int) -> Chunk:
        """Return `count` records from record `number` on; after the last comes the first again.

        Raises:
            OwltfError: if the database is damaged, or was cut since it was opened.
        """
        chunks: list[Chunk] = []
        with broken_is_an_error(self._name):
            while count:
                chunks.append(self._index.chunk(number % self._index.count, count))
                number += len(chunks[-1])
                count -= len(chunks[-1])
        return joined(chunks or [NOTHING])


class Index:
    """The records of sources whose keys do not overlap, one source after the other.

    It is for large databases: their keys are not read to find it.
    """

    def __init__(self, sources: Sequence[Blocks]) -> None:
        """Count the records of each block."""
        self._blocks = [(each, block) for each in sources for block in range(len(each.counts))]
        counts = [int(each.counts[block]) for each, block in self._blocks]
        self._starts = [0, *np.cumsum(counts, dtype=np.int64).tolist()]
        self.count = self._starts[-1]
        self._last: tuple[int, Chunk] = -1, NOTHING

    def keys(self, number: int) -> Iterator[bytes]:
        """Yield the keys of the records from one on."""
        first = self._block(number)
        for block in range(first, len(self._blocks)):
            _, found = self._found(block)
            skipped = number - self._starts[first] if block == first else 0
            yield from (entry.key for entry in found[skipped:])

    def chunk(self, number: int, most: int) -> Chunk:
        """Return the records from one on that lie in its block, `most` of them at most."""
        block = self._block(number)
        skipped = number - self._starts[block]
        # Most often the next chunk goes on in the same block.
        last, records = self._last
        if last != block:
            records = self._records(block)
            self._last = block, records
        chunk: Chunk = records[skipped : skipped + most]
        return chunk

    def _block(self, number: int) -> int:
        return bisect_right(self._starts, number) - 1

    def _records(self, block: int) -> Chunk:
        data, found = self._found(block)
        starts = np.array([entry.start for entry in found], np.intp)
        stops = np.array([entry.stop for entry in found], np.intp)
        return Chunk(np.frombuffer(data, np.uint8), starts, stops - starts)

    def _found(self, place: int) -> tuple[memoryview, Sequence[Entry]]:
        """Return the content and the records of a block."""
        source, block = self._blocks[place]
        data, found = source.entries(block)
        last = None
        for entry in found:
            if entry.key == last or not entry.is_value:
                raise BrokenLevelDbError(
                    "has records that were written twice or deleted; let LevelDB compact it"
                )
            last = entry.key
        if len(found) != self._starts[place + 1] - self._starts[place]:
            raise BrokenLevelDbError(_CHANGED)
        return data, found


class LiveIndex:
    """The records of sources whose keys may overlap: the newest of each that was not deleted."""

    def __init__(self, sources: Sequence[Blocks]) -> None:
        """Go through all keys, and note where the newest of each is."""
        self._sources = sources
        found = [self._keys(number) for number in range(len(sources))]
        merged = chain(*found) if are_apart(sources) else heapq.merge(*found)
        places = []
        last = None
        for key, _, is_value, *place in merged:
            if key != last and is_value:
                places.append(place)
            last = key
        self._places = np.array(places, np.int64).reshape(-1, 5)
        self.count = len(places)

    def keys(self, number: int) -> Iterator[bytes]:
        """Yield the keys of the records from one on."""
        while number < self.count:
            places = self._together(number, _PLACES_AT_ONCE)
            blocks, numbers = self._sources[places[0, 0]], places[:, 1]
            for block in np.unique(numbers).tolist():
                _, found = blocks.entries(block)
                yield from (found[entry].key for entry in places[numbers == block, 2].tolist())
            number += len(places)

    def chunk(self, number: int, most: int) -> Chunk:
        """Return the records from one on that lie in blocks behind each other, `most` at most."""
        source, block, _, starts, stops = self._together(number, most).T
        first = int(block[0])
        data, edges = self._sources[source[0]].data(first, int(block[-1]) + 1)
        begins, ends = edges[block - first], edges[block - first + 1]
        if (begins + stops > ends).any():
            raise BrokenLevelDbError(_CHANGED)
        return Chunk(data, begins + starts, stops - starts)

    def _together(self, number: int, most: int) -> npt.NDArray[np.int64]:
        """Return the places of records from one on, up to a gap between their blocks."""
        places = self._places[number : number + most]
        source, block = np.diff(places[:, :2], axis=0).T
        gaps = np.flatnonzero((source != 0) | (block < 0) | (block > 1))
        return places[: gaps[0] + 1] if len(gaps) else places

    def _keys(self, source: int) -> Iterator[tuple[Any, ...]]:
        blocks = self._sources[source]
        for block in range(blocks.block_count):
            for number, entry in enumerate(blocks.entries(block)[1]):
                place = source, block, number, entry.start, entry.stop
                yield entry.key, -entry.sequence, entry.is_value, *place


class Memory:
    """The records of logs, which are in no table yet, as one sorted block."""

    def __init__(self, changes: Sequence[tuple[bytes, int, bytes | None]]) -> None:
        """Sort what the logs hold."""
        ordered = sorted(changes, key=lambda change: (change[0], -change[1]))
        values = [value or b"" for _, _, value in ordered]
        ends = np.cumsum([len(value) for value in values], dtype=np.int64).tolist()
        self._data = memoryview(b"".join(values))
        self._entries = [
            Entry(key, sequence, value is not None, end - len(value or b""), end)
            for (key, sequence, value), end in zip(ordered, ends, strict=True)
        ]
        self.counts = np.array([len(ordered)], np.int64)
        self.size, self.block_count = len(self._data), 1

    def data(self, first: int, stop: int) -> tuple[Bytes, Places]:
        """Return the values, and where they begin and end."""
        return np.frombuffer(self._data, np.uint8), np.array([0, len(self._data)])

    def entries(self, number: int) -> tuple[memoryview, Sequence[Entry]]:
        """Return the values, and the records."""
        return self._data, self._entries

    def ends(self) -> tuple[bytes, bytes]:
        """Return the first and the last key."""
        return self._entries[0].key, self._entries[-1].key


def _sources(path: Path) -> list[Blocks]:
    name = read_bytes(path / "CURRENT").decode(errors="replace").strip()
    if not name.startswith("MANIFEST-") or not (path / Path(name).name).is_file():
        raise BrokenLevelDbError(f"is broken: CURRENT names {name[:80]!r}, which is not there")
    manifest = read_manifest(read_bytes(path / Path(name).name))
    sources: list[Blocks] = []
    for number in sorted(manifest.tables):
        table = Table(_table(path, number))
        if len(table.blocks):
            sources.append(table)
    changes = [change for log in _logs(path, manifest) for change in _changes(log)]
    return [*sources, Memory(changes)] if changes else sources


def _table(path: Path, number: int) -> Path:
    for suffix in _SUFFIXES:
        if (found := path / f"{number:06}{suffix}").exists():
            refuse_irregular(found)
            return found
    raise BrokenLevelDbError(f"is broken: its table {number:06}{_SUFFIXES[0]} is missing")


def _logs(path: Path, manifest: Any) -> list[Path]:
    numbered = {}
    for log in path.glob("*.log"):
        with suppress(ValueError):
            numbered[int(log.stem)] = log
    kept = [n for n in numbered if n >= manifest.log or n == manifest.previous_log]
    return [numbered[number] for number in sorted(kept)]


def _changes(log: Path) -> Iterator[tuple[bytes, int, bytes | None]]:
    for batch in log_records(read_bytes(log)):
        yield from read_batch(batch)


def _index(sources: list[Blocks]) -> Index | LiveIndex:
    ordered = sorted(sources, key=lambda each: each.ends()[0])
    is_large = sum(each.size for each in ordered) > LARGE
    return Index(ordered) if is_large and are_apart(ordered) else LiveIndex(ordered)


def are_apart(ordered: Sequence[Blocks]) -> bool:
    """Return whether the keys of each source end before those of the next one begin."""
    pairs = zip(ordered, ordered[1:], strict=False)
    return all(before.ends()[1] < after.ends()[0] for before, after in pairs)


def _refuse_writer(path: Path) -> None:
    """Refuse a database that another process is writing: it holds the lock."""
    try:
        import fcntl

        with (path / "LOCK").open("rb") as lock:
            fcntl.lockf(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except (ImportError, FileNotFoundError, PermissionError):
        return
    except OSError as error:
        raise OwltfError(f"LevelDB {path} is being written by another process") from error


def _found(path: Path) -> str:
    if (path / "data.mdb").exists():
        return "it is an LMDB; write backend: LMDB in data_param"
    return "it holds no file CURRENT"
