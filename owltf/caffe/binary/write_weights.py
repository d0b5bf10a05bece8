"""Writes caffemodels as Caffe does, layer by layer, straight from the weights' arrays."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path

import numpy as np

from owltf.caffe.binary.blob import encode_blob
from owltf.caffe.binary.hdf5 import write_weights_hdf5
from owltf.caffe.binary.protobuf_wire import encode_length
from owltf.caffe.layer_names import unique_names
from owltf.caffe.prototxt.source import copied
from owltf.caffe.schema.messages import LayerParameter, NetParameter
from owltf.files.atomic import atomic_path
from owltf.files.checksum import FileSum, write_summed

_LAYER, _BLOBS = 100, 7


def write_caffemodel(
    path: Path | str,
    parameter: NetParameter,
    blobs: Mapping[str, Sequence[np.ndarray]],
    *,
    hdf5: bool = False,
) -> FileSum:
    """Write a net's weights to a file, completely or not at all; in HDF5 if it ends in `.h5`.

    Args:
        path: the file to write.
        parameter: the filtered net, without blobs.
        blobs: the learned blobs of each layer that has some, in Caffe's shapes, by the names that
            `owltf.caffe.layer_names` gives the layers.
        hdf5: write HDF5 whatever the file's name is.

    Returns:
        The file's size and checksum.

    Raises:
        KeyError: if blobs are given for a layer that the net does not have.
    """
    layers = dict(zip(unique_names(parameter.layer), parameter.layer, strict=True))
    if unknown := blobs.keys() - layers.keys():
        raise KeyError(f"the net has no layers {sorted(unknown)}")
    with atomic_path(Path(path)) as temporary:
        if hdf5 or Path(path).suffix == ".h5":
            pairs = ((layer.name, blobs.get(name, ())) for name, layer in layers.items())
            write_weights_hdf5(temporary, pairs)
            return FileSum.of(temporary)
        head = type(parameter)(name=parameter.name).SerializeToString()
        encoded = (_encode_layer(layer, blobs.get(name, ())) for name, layer in layers.items())
        with temporary.open("wb") as file:
            return write_summed(file, chain([head], chain.from_iterable(encoded)))


def _encode_layer(
    layer: LayerParameter, blobs: Sequence[np.ndarray]
) -> Iterator[bytes | memoryview]:
    before, after = _encode_other_fields(layer)
    encoded = [encode_blob(blob) for blob in blobs]
    sizes = [sum(map(len, blob)) for blob in encoded]
    heads = [encode_length(_BLOBS, size) for size in sizes]
    yield encode_length(_LAYER, len(before) + sum(map(len, heads)) + sum(sizes) + len(after))
    yield before
    for head, blob in zip(heads, encoded, strict=True):
        yield head
        yield from blob
    yield after


def _encode_other_fields(layer: LayerParameter) -> tuple[bytes, bytes]:
    """Encode a layer without its blobs: the fields before them in a file, and those after."""
    before, after = copied(layer), copied(layer)
    for known in layer.DESCRIPTOR.fields:
        if known.number >= _BLOBS:
            before.ClearField(known.name)
        if known.number <= _BLOBS:
            after.ClearField(known.name)
    return before.SerializeToString(), after.SerializeToString()
