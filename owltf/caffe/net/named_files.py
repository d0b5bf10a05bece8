"""Finds the files that the layers of a net name, before the net is built."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from owltf.caffe.find_file import find_file
from owltf.caffe.net.listed_files import listed_files
from owltf.caffe.prototxt.source import NetSource
from owltf.caffe.schema.messages import LayerParameter
from owltf.errors import OwltfError

# The message in which a layer type names its source.
_SOURCES = {
    "Data": "data_param",
    "HDF5Data": "hdf5_data_param",
    "ImageData": "image_data_param",
    "InfogainLoss": "infogain_loss_param",
    "WindowData": "window_data_param",
}


def check_named_files(source: NetSource) -> None:
    """Raise OwltfError if a file is missing that a layer names, or the list of an HDF5Data layer.

    Args:
        source: a filtered net.
    """
    for index, layer in enumerate(source.parameter.layer):
        for field, path in _named(layer):
            try:
                found = _found(field, path, source.folder)
                if layer.type == "HDF5Data" and field == "source":
                    listed_files(found, source.folder)
            except OwltfError as error:
                where = f"{layer.type} layer '{layer.name}' ({source.where(index)})"
                raise OwltfError(f"{where}: {error}") from None


def _found(field: str, path: str, folder: Path | None) -> Path:
    try:
        return find_file(path, folder)
    except OwltfError as error:
        raise OwltfError(f"{field} {error}") from None


def _named(layer: LayerParameter) -> Iterator[tuple[str, str]]:
    if layer.type not in _SOURCES:
        return
    if path := getattr(layer, _SOURCES[layer.type]).source:
        yield "source", path
    if path := layer.transform_param.mean_file:
        yield "mean_file", path
