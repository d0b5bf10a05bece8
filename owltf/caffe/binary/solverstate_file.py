"""Reads and writes `.solverstate` files, binary or HDF5."""

from collections.abc import Iterator
from pathlib import Path

from google.protobuf.message import DecodeError

from owltf.caffe.binary.blob import decode_blob, encode_blob
from owltf.caffe.binary.hdf5 import read_solverstate_hdf5, write_solverstate_hdf5
from owltf.caffe.binary.hdf5_layout import is_hdf5
from owltf.caffe.binary.mapped_file import map_file
from owltf.caffe.binary.protobuf_wire import BrokenWireError, encode_length, walk
from owltf.caffe.binary.solver_state import SolverState
from owltf.caffe.file_kind import SOLVERSTATE, expect_kind
from owltf.caffe.schema.schema import Schema
from owltf.errors import OwltfError
from owltf.files.atomic import atomic_path
from owltf.files.checksum import FileSum, write_summed

_HISTORY = 3


def read_solverstate(path: Path | str, schema: Schema) -> SolverState:
    """Return the solver's state that a file holds.

    Raises:
        OwltfError: if the file is missing, of another kind, cut short or corrupt.
    """
    path = Path(path)
    expect_kind(path, SOLVERSTATE)
    if is_hdf5(path):
        return read_solverstate_hdf5(path)
    try:
        return _decode(map_file(path), schema)
    except (BrokenWireError, DecodeError) as error:
        raise OwltfError(f"{path}: truncated or corrupt: {error}") from error


def write_solverstate(path: Path | str, schema: Schema, state: SolverState) -> FileSum:
    """Write a solver's state, whole or not at all; in HDF5 where the path ends in `.h5`.

    Returns:
        The file's size and checksum.
    """
    with atomic_path(Path(path)) as temporary:
        if Path(path).suffix == ".h5":
            write_solverstate_hdf5(temporary, state)
            return FileSum.of(temporary)
        with temporary.open("wb") as file:
            return write_summed(file, _encode(schema, state))


def _decode(data: memoryview, schema: Schema) -> SolverState:
    # The history is as large as the weights: its blobs are views of the file, only the small
    # fields go through protobuf's parser.
    rest, history = [], []
    for field in walk(data, 0, len(data)):
        if field.number == _HISTORY:
            history.append(decode_blob(data, field.start, field.end))
        else:
            rest.append(data[field.tag : field.end])
    known = schema.binary_message("SolverState").FromString(b"".join(rest))
    return SolverState(known.iter, known.learned_net, known.current_step, tuple(history))


def _encode(schema: Schema, state: SolverState) -> Iterator[bytes | memoryview]:
    message = schema.message("SolverState")
    yield message(iter=state.iteration, learned_net=state.learned_net or None).SerializeToString()
    for array in state.history:
        blob = encode_blob(array)
        yield encode_length(_HISTORY, sum(map(len, blob)))
        yield from blob
    yield message(current_step=state.current_step).SerializeToString()
