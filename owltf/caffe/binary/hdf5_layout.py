"""What an HDF5 file holds and where, found by a child process that may crash in our place."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.util import find_spec
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from owltf.errors import OwltfError
from owltf.files.regular_file import refuse_irregular

# What the compressed numbers of a weights file, or one chunk of a data file, may grow to.
LARGEST_UNPACKED = 1 << 30
# No filter of HDF5 is known to make data more than this many times smaller.
BEST_COMPRESSION = 1032
# The others are rare, and have been the way into libhdf5 for hostile files.
FILTERS = {1: "gzip", 2: "shuffle", 3: "fletcher32", 32000: "lzf"}
_SIGNATURE = b"\x89HDF\r\n\x1a\n"
# By the version of the file's first block: where it says how long the file is.
_SIZE_PLACES = {0: 40, 1: 44, 2: 28, 3: 28}
_HEAD = 64
SECONDS = 120
_CHILD = Path(__file__).with_name("hdf5_child.py")
_REMEMBERED = 256


@dataclass(frozen=True)
class Stored:
    """What a file says of one dataset.

    Attributes:
        path: its name, with those of its groups.
        shape: its shape, None if it has none.
        dtype: the type of its numbers.
        text: its text, if it is a single string.
        layout: "compact", "contiguous", "chunked", "virtual" or "external".
        plain: whether its bytes are those of `dtype`.
        offset: where contiguous numbers start in the file, None if they were never written.
        stored: the bytes that they take there.
        filters: numbers of the filters that they went through.
        chunk: the shape of a chunk.
        chunks: how many chunks the file has.
        end: where the last of them ends in the file.
    """

    path: str
    shape: tuple[int, ...] | None
    dtype: np.dtype[Any]
    text: str | None
    layout: str
    plain: bool
    offset: int | None
    stored: int
    filters: tuple[int, ...]
    chunk: tuple[int, ...] = ()
    chunks: int = 0
    end: int = 0

    @property
    def count(self) -> int:
        """How many numbers it has."""
        return prod(self.shape or ())

    @property
    def size(self) -> int:
        """The bytes of all its numbers."""
        return self.count * self.dtype.itemsize

    @property
    def file_end(self) -> int:
        """Where its numbers end in the file."""
        if self.layout == "chunked":
            return self.end
        return (self.offset or 0) + self.size if self.layout == "contiguous" else 0

    def end_of_rows(self, row: int) -> int:
        """Return where in the file the rows before one end; of chunks, where all of them end."""
        if self.layout != "contiguous" or not self.shape:
            return self.file_end
        return (self.offset or 0) + self.size // max(self.shape[0], 1) * row

    def problem(self, file_size: int) -> str | None:
        """Return why its numbers cannot be read from a file of this size, None if they can."""
        if self.layout == "external":
            return "keeps its numbers in another file (external storage), which is not read"
        if self.layout == "virtual":
            return "is a virtual dataset, made of other datasets or files, which are not read"
        if self.shape is None or self.dtype.kind not in "fiub":
            return "holds no numbers"
        if unknown := [each for each in self.filters if each not in FILTERS]:
            return (
                f"is packed with filter {unknown[0]}; only {', '.join(FILTERS.values())} are read"
            )
        if self.layout == "chunked" and len(self.chunk) != len(self.shape):
            return f"is corrupt: it has {len(self.shape)} axes, and chunks of {len(self.chunk)}"
        return self._missing(file_size) if self.size else None

    def _missing(self, file_size: int) -> str | None:
        lacking = f"has shape {self.shape}, the file lacks its numbers"
        if self.layout == "chunked":
            needed = prod(
                -(-all_ // one) for all_, one in zip(self.shape or (), self.chunk, strict=True)
            )
            if self.chunks < needed or self.size > self.stored * BEST_COMPRESSION:
                return lacking
            if self.chunk_size > LARGEST_UNPACKED:
                return f"has chunks of {self.chunk_size:,} bytes, of {LARGEST_UNPACKED:,} at most"
        elif self.stored < self.size or (self.layout == "contiguous" and self.offset is None):
            return lacking
        if self.file_end > file_size:
            return f"is cut short: it ends at byte {self.file_end:,}, the file at {file_size:,}"
        return None

    @property
    def chunk_size(self) -> int:
        """The bytes of an unpacked chunk."""
        return prod(self.chunk) * self.dtype.itemsize


@dataclass(frozen=True)
class Hdf5Layout:
    """What an HDF5 file holds.

    Attributes:
        file: the file.
        size: its size in bytes.
        kinds: by the path of each entry, what it is: "group", "dataset", "soft link" or another.
        datasets: the datasets by their paths.
    """

    file: Path
    size: int
    kinds: Mapping[str, str]
    datasets: Mapping[str, Stored]

    @cached_property
    def inside(self) -> Mapping[str, Sequence[str]]:
        """The paths of what lies in each group, by the group's path; "" is the file itself."""
        found: dict[str, list[str]] = {}
        for path in self.kinds:
            found.setdefault(path.rpartition("/")[0], []).append(path)
        return found

    def dataset(self, path: str, *, text: bool = False) -> Stored:
        """Return a dataset whose numbers, or whose text, can be read.

        Raises:
            OwltfError: if there is none, or its numbers are elsewhere, too many, or cut off.
        """
        self.refuse_links(path)
        stored = self.datasets.get(path)
        if stored is None:
            kind = self.kinds.get(path)
            found = f"{path} is a {kind}, not a dataset" if kind else f"has no dataset '{path}'"
            raise self.error(found)
        problem = stored.problem(self.size)
        if text:
            problem = "is no text" if stored.text is None else None
        if problem:
            raise self.error(f"{path} {problem}")
        return stored

    def refuse_links(self, path: str) -> None:
        """Refuse a path that leads over a link, into another file or elsewhere in this one."""
        parts = path.split("/")
        for end in range(1, len(parts) + 1):
            kind = self.kinds.get("/".join(parts[:end]), "group")
            if kind not in ("group", "dataset"):
                raise self.error(f"{'/'.join(parts[:end])} is a {kind}, which is not followed")

    def error(self, reason: str) -> OwltfError:
        """Return the error that names the file."""
        return OwltfError(f"{self.file}: {reason}")


def is_hdf5(path: Path) -> bool:
    """Return whether a file that exists is an HDF5 file."""
    try:
        if not path.is_file():
            return False
        size = path.stat().st_size
        with path.open("rb") as file:
            return any(_signed_at(file, place) for place in _places(size))
    except OSError:
        return False


def _places(size: int) -> list[int]:
    """Return where HDF5's signature may stand: at the start, or behind a block of the user's."""
    return [0, *(1 << power for power in range(9, max(9, size.bit_length())))]


def _signed_at(file: Any, place: int) -> bool:
    file.seek(place)
    return bool(file.read(len(_SIGNATURE)) == _SIGNATURE)


def read_layout(path: Path) -> Hdf5Layout:
    """Return what an HDF5 file holds.

    Raises:
        OwltfError: if it is no HDF5 file, or damaged.
    """
    return read_layouts([path])[0]


def read_layouts(paths: Sequence[Path]) -> list[Hdf5Layout]:
    """Return what several HDF5 files hold, as `read_layout` does, by one child process."""
    for path in paths:
        refuse_irregular(path)
        if not is_hdf5(path):
            raise OwltfError(f"{path} is not an HDF5 file, or it is broken")
        _refuse_cut(path)
    return list(
        _layouts(tuple((str(path.absolute()), str(path), *_identity(path)) for path in paths))
    )


def _refuse_cut(path: Path) -> None:
    """Refuse a file that is shorter than it says itself, which needs no libhdf5."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
        size = file.seek(0, os.SEEK_END)
    place = _SIZE_PLACES.get(head[8] if len(head) == _HEAD else -1, 0)
    has_8_bytes = head[13 if place == _SIZE_PLACES[0] else 9 :][:1] == b"\x08"
    if len(head) < _HEAD or not (head.startswith(_SIGNATURE) and place and has_8_bytes):
        return
    if (needed := int.from_bytes(head[place : place + 8], "little")) > size:
        raise OwltfError(f"{path}: truncated file: {size:,} bytes of {needed:,}")


def _identity(path: Path) -> tuple[int, ...]:
    found = path.stat()
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def _layouts(files: tuple[tuple[Any, ...], ...]) -> tuple[Hdf5Layout, ...]:
    found = _found(files)
    if isinstance(found, str):
        raise OwltfError(found)
    return found


@lru_cache(_REMEMBERED)
def _found(files: tuple[tuple[Any, ...], ...]) -> tuple[Hdf5Layout, ...] | str:
    """Return what files hold, or what is wrong with one: no child is started twice for a file."""
    try:
        return _walked(files)
    except OwltfError as error:
        return str(error)


def _walked(files: tuple[tuple[Any, ...], ...]) -> tuple[Hdf5Layout, ...]:
    lines = _run_child("layout", [file[0] for file in files], Path(files[0][1])).splitlines()
    return tuple(
        _layout(Path(file[1]), file[4], line) for file, line in zip(files, lines, strict=True)
    )


def _layout(path: Path, size: int, line: bytes) -> Hdf5Layout:
    found = json.loads(line)
    if "error" in found:
        raise OwltfError(f"{path}: truncated or corrupt: {_reason(found['error'])}")
    kinds = {entry["path"]: entry["kind"] for entry in found["entries"]}
    datasets = {e["path"]: _stored(e) for e in found["entries"] if e["kind"] == "dataset"}
    return Hdf5Layout(path, size, kinds, datasets)


def _reason(text: str) -> str:
    return " ".join(text.strip("'\"").split())


def _stored(entry: dict[str, Any]) -> Stored:
    known: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in entry.items()
    }
    known["dtype"] = np.dtype(known["dtype"])
    del known["kind"]
    return Stored(**known)


def read_numbers(
    layout: Hdf5Layout, datasets: Sequence[Stored], dtype: npt.DTypeLike = np.float32
) -> list[np.ndarray]:
    """Return the numbers of datasets, as float32 or another type.

    Plain bytes are read from the file itself; the child process reads what must be unpacked.

    Raises:
        OwltfError: if a dataset cannot be read, or they grow too large when they are unpacked.
    """
    packed = [each for each in datasets if each.layout != "contiguous" or not each.plain]
    _refuse_large(layout, packed)
    unpacked = dict(
        zip((each.path for each in packed), _unpacked(layout, packed, dtype), strict=True)
    )
    return [
        unpacked[each.path] if each.path in unpacked else _from_file(layout, each, dtype)
        for each in datasets
    ]


def _refuse_large(layout: Hdf5Layout, packed: Sequence[Stored]) -> None:
    size = sum(each.count * np.dtype(np.float32).itemsize for each in packed)
    if size > LARGEST_UNPACKED:
        raise layout.error(
            f"its packed numbers take {size:,} bytes unpacked, of {LARGEST_UNPACKED:,} at most"
        )


def _from_file(layout: Hdf5Layout, stored: Stored, dtype: npt.DTypeLike) -> np.ndarray:
    values = np.empty(stored.shape or (), dtype)
    try:
        with layout.file.open("rb") as file:
            is_whole = not values.size or read_plain(file, stored, 0, values)
    except OSError as error:
        raise layout.error((error.strerror or str(error)).lower()) from error
    if not is_whole:
        raise layout.error(f"{stored.path} is cut short")
    return values


def read_plain(file: Any, stored: Stored, row: int, output: np.ndarray) -> bool:
    """Fill an array with numbers that lie in a file as they are, from a row on.

    Args:
        file: the file, opened for bytes.
        stored: the dataset, whose numbers are contiguous and plain.
        row: the first row.
        output: the numbers, of as many rows, in their type or another.

    Returns:
        Whether the file holds them all.

    Raises:
        OSError: if the file cannot be read.
    """
    is_same = output.dtype == stored.dtype and output.flags.c_contiguous
    values = output if is_same else np.empty(output.shape, stored.dtype)
    rows = max(stored.shape[0], 1) if stored.shape else 1
    file.seek((stored.offset or 0) + stored.size // rows * row)
    left = values.reshape(-1).view(np.uint8).data
    while left and (done := file.readinto(left)):
        left = left[done:]
    if not is_same:
        with np.errstate(over="ignore"):
            output[...] = values
    return not left


def _unpacked(
    layout: Hdf5Layout, packed: Sequence[Stored], dtype: npt.DTypeLike
) -> list[np.ndarray]:
    if not packed:
        return []
    names = [each.path for each in packed]
    content = _run_child(
        "numbers", [str(layout.file.absolute()), names, np.dtype(dtype).str], layout.file
    )
    ends = np.cumsum([each.count for each in packed])
    values = np.frombuffer(content, dtype)
    if values.size != ends[-1]:
        raise layout.error("its numbers do not fit its shapes")
    parts = np.split(values, ends[:-1])
    return [part.reshape(one.shape or ()) for part, one in zip(parts, packed, strict=True)]


def _run_child(work: str, wanted: Any, path: Path) -> bytes:
    """Return what the child process writes, or raise an error for a file on which it fails."""
    command, environment = child_command(work)
    try:
        done = subprocess.run(
            command,
            input=json.dumps(wanted).encode(),
            capture_output=True,
            timeout=SECONDS,
            check=False,
            env=environment,
        )
    except subprocess.TimeoutExpired:
        raise OwltfError(f"{path}: corrupt: libhdf5 was not done after {SECONDS} s") from None
    if done.returncode:
        index = len(done.stdout.splitlines()) if work == "layout" else 0
        culprit = wanted[index] if work == "layout" and index < len(wanted) else path
        raise OwltfError(f"{culprit}: truncated or corrupt: {_death(done)}")
    return done.stdout


def child_command(work: str) -> tuple[list[str], dict[str, str]]:
    """Return the command that starts the child process, and its environment."""
    command = [sys.executable, "-I", "-S", str(_CHILD), json.dumps(_folders()), work]
    return command, {**os.environ, "OPENBLAS_NUM_THREADS": "1", "LIBC_FATAL_STDERR_": "1"}


def _death(done: subprocess.CompletedProcess[bytes]) -> str:
    if done.returncode < 0:
        return crash(done.returncode)
    lines = done.stderr.decode(errors="replace").strip().splitlines()
    return f"libhdf5 cannot read it ({lines[-1] if lines else f'status {done.returncode}'})"


def crash(status: int) -> str:
    """Return the words for a signal that ended the child process."""
    return f"libhdf5 crashes on it ({signal.Signals(-status).name})"


def _folders() -> list[str]:
    """Return where the child finds what it imports."""
    found = [find_spec(name) for name in ("h5py", "numpy")]
    return list(
        dict.fromkeys(str(Path(each.origin).parents[1]) for each in found if each and each.origin)
    )
