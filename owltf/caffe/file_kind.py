"""Tells by its content which kind of Caffe file a file is, whatever its name."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from owltf.caffe.binary.hdf5_layout import is_hdf5, read_layout
from owltf.caffe.binary.protobuf_wire import (
    FIXED32,
    FIXED64,
    LENGTH,
    VARINT,
    BrokenWireError,
    CutShortError,
    walk,
)
from owltf.caffe.prototxt.text import looks_binary
from owltf.caffe.prototxt.tokens import tokenize
from owltf.errors import OwltfError
from owltf.files.regular_file import refuse_irregular

CAFFEMODEL = "caffemodel"
SOLVERSTATE = "solverstate"
MEAN_IMAGE = "mean image"
NET = "net prototxt"
SOLVER = "solver prototxt"
LMDB = "LMDB"
LEVELDB = "LevelDB"
HDF5_DATA = "HDF5 data"
FOLDER = "folder"
TEXT = "text"
UNKNOWN = "unknown"

_MEANINGS = {
    CAFFEMODEL: "a caffemodel (a net's weights)",
    SOLVERSTATE: "a solverstate (what a solver needs to go on)",
    MEAN_IMAGE: "a mean image (binaryproto)",
    NET: "a net's prototxt",
    SOLVER: "a solver's prototxt",
    LMDB: "an LMDB database",
    LEVELDB: "a LevelDB database",
    HDF5_DATA: "an HDF5 file of data",
    FOLDER: "a folder",
    TEXT: "a text file",
    UNKNOWN: "a file of another kind",
}
# Field numbers of caffe.proto, with their wire types.
_SOLVERSTATE_FIELDS = {1: VARINT, 2: LENGTH, 3: LENGTH, 4: VARINT}.items()
_BLOB_FIELDS = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12}
_BLOB_DATA_FIELDS = {(5, LENGTH), (5, FIXED32), (8, LENGTH), (8, FIXED64), (12, LENGTH)}
_HEAD = 1 << 16
_FIRST_FIELDS = 16
_NET_FIELDS = {"layer", "layers", "input"}
_SOLVER_FIELDS = {"base_lr", "net", "train_net", "net_param", "train_net_param", "lr_policy"}


def file_kind(path: Path) -> str:
    """Return the kind of a file: "caffemodel", "solverstate", "mean image" or another of this file.

    Raises:
        OwltfError: if it cannot be read, or it is empty.
    """
    if path.is_dir():
        return _folder_kind(path)
    refuse_irregular(path)
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError as error:
        raise OwltfError(f"{path}: {(error.strerror or str(error)).lower()}") from error
    if not head:
        raise OwltfError(f"{path}: an empty file")
    if is_hdf5(path):
        return _hdf5_kind(path)
    return _binary_kind(head) if looks_binary(head) else _text_kind(head)


def expect_kind(path: Path, wanted: str) -> None:
    """Check that a file is of the wanted kind.

    Raises:
        OwltfError: if it is of another kind; the error names both.
    """
    _refuse(path, file_kind(path), wanted, (wanted,))


def expect_prototxt(path: Path, wanted: str, kind: str | None = None) -> None:
    """Check that a file that should be a prototxt is not clearly of another kind.

    A prototxt with a mistake in it may pass as text of no known kind; its parser says more.

    Args:
        path: the file.
        wanted: the kind of prototxt.
        kind: what `file_kind` says of it, if it was asked already.

    Raises:
        OwltfError: if it is of another kind; the error names both.
    """
    _refuse(path, kind or file_kind(path), wanted, (wanted, TEXT, UNKNOWN))


def _refuse(path: Path, kind: str, wanted: str, allowed: tuple[str, ...]) -> None:
    if kind not in allowed:
        raise OwltfError(f"{path}: {_MEANINGS[kind]}, where {_MEANINGS[wanted]} is needed")


def _folder_kind(path: Path) -> str:
    if (path / "data.mdb").exists():
        return LMDB
    return LEVELDB if (path / "CURRENT").exists() else FOLDER


def _hdf5_kind(path: Path) -> str:
    kinds = read_layout(path).kinds
    if "iter" in kinds and "history" in kinds:
        return SOLVERSTATE
    # What is no dataset under this name is taken for weights, whose reader says what it is.
    return HDF5_DATA if kinds.get("data", "dataset") == "dataset" else CAFFEMODEL


def _text_kind(head: bytes) -> str:
    names = set(_outer_fields(head.decode("utf-8", "replace")))
    if names & _SOLVER_FIELDS and not names & {"layer", "layers"}:
        return SOLVER
    return NET if names & _NET_FIELDS else TEXT


def _outer_fields(text: str) -> Iterator[str]:
    """Yield the names of the fields that are not inside others."""
    depth, last = 0, ""
    for token in tokenize(text):
        if depth == 0 and token.text in (":", "{", "<"):
            yield last
        depth += (token.text in ("{", "<")) - (token.text in ("}", ">"))
        last = token.text


def _binary_kind(head: bytes) -> str:
    fields = dict(_first_fields(memoryview(head)))
    if fields.get(100) == LENGTH or (fields.get(2) == LENGTH and fields.get(1) != VARINT):
        return CAFFEMODEL
    # Its weights may be left out, but then there is some history.
    if fields.items() <= _SOLVERSTATE_FIELDS and 1 in fields and fields.keys() & {2, 3}:
        return SOLVERSTATE
    numbers = fields.items() & _BLOB_DATA_FIELDS
    return MEAN_IMAGE if numbers and fields.keys() <= _BLOB_FIELDS else UNKNOWN


def _first_fields(head: memoryview) -> Iterator[tuple[int, int]]:
    """Yield number and wire type of a file's first fields, the last of which may be cut off."""
    try:
        for field in islice(walk(head, 0, len(head)), _FIRST_FIELDS):
            yield field.number, field.wire_type
    except CutShortError as cut:
        yield cut.number, LENGTH
    except BrokenWireError:
        return
