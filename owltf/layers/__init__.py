"""Caffe's layer catalogue: a folder for each family, a file for each type."""

from typing import Any

from owltf.registry.markers import hookimpl


@hookimpl
def owltf_layer_converters() -> list[Any]:
    """Return every converter of this folder."""
    from owltf.convert.converter import LayerConverter
    from owltf.registry.discover import classes_in

    return classes_in(__name__, LayerConverter)
