"""Reads the weights of a caffemodel layer by layer, without copying them."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from owltf.caffe.binary.blob import decode_blob
from owltf.caffe.binary.hdf5 import read_weights_hdf5
from owltf.caffe.binary.hdf5_layout import is_hdf5
from owltf.caffe.binary.mapped_file import map_file
from owltf.caffe.binary.protobuf_wire import LENGTH, BrokenWireError, CutShortError, Field, walk
from owltf.caffe.binary.weights import LayerWeights, Weights
from owltf.caffe.file_kind import CAFFEMODEL, expect_kind
from owltf.caffe.schema.schema import Schema
from owltf.caffe.upgrade.v0 import type_of_v0
from owltf.caffe.upgrade.v1 import type_of_v1
from owltf.errors import OwltfError


@dataclass(frozen=True)
class _Layout:
    """The numbers of the fields that are read of a layer's message; `inner` is V0's message."""

    name: int
    type: int
    blobs: int
    inner: int | None = None


_V2 = _Layout(name=1, type=2, blobs=7)
_V1 = _Layout(name=4, type=5, blobs=6, inner=1)
_V0 = _Layout(name=1, type=2, blobs=50)
_LAYOUTS = {100: _V2, 2: _V1}


def read_weights(path: Path | str, schema: Schema) -> Weights:
    """Read the weights of every layer of a caffemodel, binary or HDF5.

    Binary files are mapped into memory; float32 numbers stay there until they are used.

    Raises:
        OwltfError: if the file is missing, of another kind, cut short or corrupt.
    """
    path = Path(path)
    expect_kind(path, CAFFEMODEL)
    if is_hdf5(path):
        return Weights(path, read_weights_hdf5(path))
    return Weights(path, tuple(_Reader(path, schema).layers()))


class _Reader:
    """Reads the layers of one mapped caffemodel."""

    def __init__(self, path: Path, schema: Schema) -> None:
        self._path = path
        self._data = map_file(path)
        self._v1_types = schema.message("V1LayerParameter").LayerType

    def layers(self) -> Iterator[LayerWeights]:
        """Yield each layer's weights, in the file's order."""
        try:
            for field in walk(self._data, 0, len(self._data)):
                if field.number in _LAYOUTS and field.wire_type == LENGTH:
                    yield self._layer(field, _LAYOUTS[field.number])
        except CutShortError as cut:
            raise OwltfError(f"{self._path}: {self._truncated(cut)}") from cut
        except BrokenWireError as error:
            raise OwltfError(f"{self._path}: corrupt: {error}") from error

    def _layer(self, layer: Field, layout: _Layout) -> LayerWeights:
        name, type_, blobs = "", "", list[Field]()
        for field in self._inside(layer):
            if field.number == layout.inner:
                return self._layer(field, _V0)
            if field.number == layout.name:
                name = self._text(field)
            elif field.number == layout.type:
                type_ = self._type(field, layout)
            elif field.number == layout.blobs:
                blobs.append(field)
        arrays = (self._blob(blob, f"layer {name!r} blob {i}") for i, blob in enumerate(blobs))
        return LayerWeights(name, type_, tuple(arrays))

    def _inside(self, message: Field) -> Iterator[Field]:
        """Yield the fields of a message that the file holds completely.

        A field that goes on beyond the message is then an error of the file, not a file cut short.
        """
        try:
            yield from walk(self._data, message.start, message.end)
        except CutShortError as cut:
            raise BrokenWireError(str(cut)) from cut

    def _blob(self, blob: Field, subject: str) -> np.ndarray:
        try:
            return decode_blob(self._data, blob.start, blob.end)
        except BrokenWireError as error:
            raise OwltfError(f"{self._path}: {subject}: {error}") from error

    def _type(self, field: Field, layout: _Layout) -> str:
        if layout is not _V1:
            return type_of_v0(self._text(field)) if layout is _V0 else self._text(field)
        known = field.value in self._v1_types.values()
        return type_of_v1(self._v1_types.Name(field.value)) if known else str(field.value)

    def _text(self, field: Field) -> str:
        return bytes(self._data[field.start : field.end]).decode("utf-8", "replace")

    def _truncated(self, cut: CutShortError) -> str:
        layout = _LAYOUTS.get(cut.number)
        name = self._name_of_cut(cut, layout) if layout else ""
        subject = f"layer {name!r}" if name else "a layer" if layout else f"field {cut.number}"
        return f"truncated: {subject} needs {cut.needed} bytes, {cut.left} left"

    def _name_of_cut(self, cut: CutShortError, layout: _Layout) -> str:
        try:
            for field in walk(self._data, cut.start, len(self._data)):
                if field.number == layout.name:
                    return self._text(field)
        except CutShortError as inner:
            return self._name_of_cut(inner, _V0) if inner.number == layout.inner else ""
        except BrokenWireError:
            pass
        return ""
