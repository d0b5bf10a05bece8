"""Caffe's layer catalogue: a folder for each family, a file for each type."""

from typing import Any

from owltf.plugin.markers import hookimpl


@hookimpl
def owltf_layer_converters() -> list[Any]:
    """Return every converter of this folder."""
    from owltf.net.converter import LayerConverter
    from owltf.plugin.discover import classes_in

    return classes_in(__name__, LayerConverter)
