"""Reading nets, solvers and mean images from Caffe's files."""

from math import prod
from pathlib import Path
from typing import BinaryIO

import numpy as np
from google.protobuf.message import DecodeError

from owltf.caffe.binary.blob import decode_blob
from owltf.caffe.binary.mapped_file import map_file
from owltf.caffe.binary.protobuf_wire import BrokenWireError
from owltf.caffe.file_kind import MEAN_IMAGE, NET, SOLVER, expect_kind, expect_prototxt, file_kind
from owltf.caffe.prototxt.scan import Block
from owltf.caffe.prototxt.source import NetSource, SolverSource
from owltf.caffe.prototxt.text import decode_text, looks_binary, parse_blocks
from owltf.caffe.prototxt.unknown_fields import UnknownFieldsError
from owltf.caffe.schema.messages import SolverParameter
from owltf.caffe.schema.schema import Schema
from owltf.caffe.upgrade.upgrade import upgrade_net, upgrade_solver
from owltf.errors import OwltfError
from owltf.files.regular_file import read_bytes

_IMAGE_AXES = 3
_MOST_AXES = 32


def read_net(
    path: Path | str,
    schema: Schema,
    *,
    ignore_unknown_fields: bool = False,
    kind: str | None = None,
) -> NetSource:
    """Read a net's prototxt, of any generation, and bring it to today's form.

    Args:
        path: the file.
        schema: Caffe's messages, with those of plugins.
        ignore_unknown_fields: leave out fields that the schema does not know.
        kind: what `file_kind` says of the file, if it was asked already.

    Raises:
        OwltfError: there is no such file, or it is not a valid net.
    """
    text = _read_text(Path(path), NET, kind)
    return _net(text, schema, Path(path), str(path), ignore_unknown_fields)


def net_from_text(
    text: str, schema: Schema, name: str = "<text>", *, ignore_unknown_fields: bool = False
) -> NetSource:
    """Parse a net's prototxt given as text; `name` stands for the file in errors."""
    return _net(text, schema, None, name, ignore_unknown_fields)


def read_solver(
    path: Path | str,
    schema: Schema,
    *,
    ignore_unknown_fields: bool = False,
    kind: str | None = None,
    fills_prefix: bool = True,
) -> SolverSource:
    """Read a solver's prototxt; the nets it names are read by `owltf.caffe.net.solver_nets`.

    Args:
        path: the file.
        schema: Caffe's messages, with those of plugins.
        ignore_unknown_fields: leave out fields that the schema does not know.
        kind: what `file_kind` says of the file, if it was asked already.
        fills_prefix: complete the snapshot prefix, as Caffe does before a run.

    Raises:
        OwltfError: there is no such file, or it is not a valid solver.
    """
    path = Path(path)
    solver: SolverParameter = schema.message("SolverParameter")()
    text = _read_text(path, SOLVER, kind)
    parsed = parse_blocks(text, solver, str(path), ignore_unknown=ignore_unknown_fields)
    upgraded = upgrade_solver(solver, path, fills_prefix=fills_prefix)
    return SolverSource(upgraded, path, str(path), parsed.ignored, parsed.root)


def layer_lines(net: Block) -> tuple[int, ...]:
    """Give the line of each layer of a net as it stands in the text."""
    return tuple(block.line for block in net.inside("layer", "layers"))


def read_mean(path: Path | str, schema: Schema) -> np.ndarray:
    """Read a mean image (binaryproto) as float32 (C, H, W).

    Raises:
        OwltfError: the file is missing, of another kind, corrupt, or not one image.
    """
    path = Path(path)
    expect_kind(path, MEAN_IMAGE)
    try:
        blob = schema.binary_message("BlobProto").FromString(read_bytes(path))
    except DecodeError as error:
        raise OwltfError(f"{path}: truncated or corrupt: not a whole mean image") from error
    shape = tuple(blob.shape.dim) or (blob.num, blob.channels, blob.height, blob.width)
    if len(shape) > _MOST_AXES:
        raise OwltfError(f"{path}: a mean must be one (C, H, W) image; got {len(shape)} axes")
    with np.errstate(over="ignore"):
        values = np.array(blob.data or blob.double_data, np.float32)
    if min(shape) <= 0 or prod(shape) != values.size or prod(shape[:-_IMAGE_AXES]) != 1:
        raise OwltfError(
            f"{path}: a mean must be one (C, H, W) image; got shape {shape} and {values.size} "
            "numbers"
        )
    return values.reshape(shape[-_IMAGE_AXES:])


def read_blob(path: Path | str) -> np.ndarray:
    """Read a blob (binaryproto), such as InfogainLoss's matrix, as float32 of its own shape.

    Raises:
        OwltfError: the file is missing, of another kind, or corrupt.
    """
    path = Path(path)
    if file_kind(path) != MEAN_IMAGE:
        raise OwltfError(f"{path}: not a blob (binaryproto)")
    data = map_file(path)
    try:
        return decode_blob(data, 0, len(data))
    except BrokenWireError as error:
        raise OwltfError(f"{path}: truncated or corrupt: {error}") from error


def _net(
    text: str, schema: Schema, path: Path | None, name: str, ignore_unknown_fields: bool
) -> NetSource:
    try:
        return _parsed_net(text, schema, path, name, ignore_unknown_fields)
    except UnknownFieldsError as error:
        raise error.with_types(_unknown_types(text, schema, path, name)) from error


def _parsed_net(
    text: str, schema: Schema, path: Path | None, name: str, ignore_unknown_fields: bool
) -> NetSource:
    net = schema.message("NetParameter")()
    parsed = parse_blocks(text, net, name, ignore_unknown=ignore_unknown_fields)
    source = NetSource(net, path, layer_lines(parsed.root), name, parsed.ignored)
    return upgrade_net(source)


def _unknown_types(text: str, schema: Schema, path: Path | None, name: str) -> dict[str, list[int]]:
    """Return the lines of the layers of each unknown type, as far as the text can be read."""
    lines = dict[str, list[int]]()
    try:
        source = _parsed_net(text, schema, path, name, ignore_unknown_fields=True)
    except OwltfError:
        return lines
    known = schema.layer_types
    for layer, line in zip(source.parameter.layer, source.lines, strict=False):
        if layer.type and known is not None and layer.type not in known:
            lines.setdefault(layer.type, []).append(line)
    return lines


def _read_text(path: Path, wanted: str, kind: str | None) -> str:
    if path.exists():
        expect_prototxt(path, wanted, kind)
    with _opened(path) as file:
        head = file.read(4096)
        data = head if looks_binary(head) else head + file.read()
    return decode_text(data, str(path))


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise OwltfError(f"{path}: {_reason(path, error)}") from error


def _reason(path: Path, error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "no such file" if path.is_absolute() else f"no such file in {Path.cwd()}"
    return (error.strerror or str(error)).lower()
