"""Writes caffemodels as Caffe does, layer by layer, straight from the weights' arrays."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import chain, repeat
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
# The blobs of layers by the names that `owltf.caffe.layer_names` gives these.
Blobs = Mapping[str, Sequence[np.ndarray]]


def write_caffemodel(
    path: Path | str,
    parameter: NetParameter,
    blobs: Blobs,
    *,
    hdf5: bool = False,
    shared: Collection[tuple[str, int]] = (),
    diffs: Blobs | None = None,
) -> FileSum:
    """Write a net's weights to a file, completely or not at all; in HDF5 if it ends in `.h5`.

    Args:
        path: the file to write.
        parameter: the filtered net, without blobs.
        blobs: the learned blobs of each layer that has some, in Caffe's shapes, by the names that
            `owltf.caffe.layer_names` gives the layers.
        hdf5: write HDF5 whatever the file's name is.
        shared: the blobs, by layer and number, that an earlier layer has too. As Caffe does, HDF5
            files leave them out, and binary ones repeat them.
        diffs: the `diff` of each blob, as Caffe's `snapshot_diff` adds it; None to leave it out.

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
            own = ((each.name, _own(name, blobs, shared)) for name, each in layers.items())
            changes = None if diffs is None else _by_name(layers, diffs)
            write_weights_hdf5(temporary, own, changes)
            return FileSum.of(temporary)
        head = type(parameter)(name=parameter.name).SerializeToString()
        encoded = (
            _encode_layer(layer, blobs.get(name, ()), (diffs or {}).get(name))
            for name, layer in layers.items()
        )
        with temporary.open("wb") as file:
            return write_summed(file, chain([head], chain.from_iterable(encoded)))


def _own(
    name: str, blobs: Blobs, shared: Collection[tuple[str, int]]
) -> Sequence[np.ndarray | None]:
    several = enumerate(blobs.get(name, ()))
    return [None if (name, index) in shared else blob for index, blob in several]


def _by_name(
    layers: Mapping[str, LayerParameter], blobs: Blobs
) -> Iterator[tuple[str, Sequence[np.ndarray]]]:
    return ((layer.name, blobs.get(name, ())) for name, layer in layers.items())


def _encode_layer(
    layer: LayerParameter, blobs: Sequence[np.ndarray], diffs: Sequence[np.ndarray] | None
) -> Iterator[bytes | memoryview]:
    before, after = _encode_other_fields(layer)
    changes = repeat(None, len(blobs)) if diffs is None else diffs
    encoded = [encode_blob(*pair) for pair in zip(blobs, changes, strict=True)]
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
