"""Silence: takes blobs, so that they are not outputs of the net."""

from __future__ import annotations

from owltf.convert.blob import Blob
from owltf.convert.converter import LayerConverter
from owltf.convert.layer import Layer


class Silence(LayerConverter):
    """Takes any number of bottoms and has no top, so that they are not outputs of the net."""

    caffe_type = "Silence"
    bottoms = (1, None)
    tops = (0, 0)

    def build(self, layer: Layer, *bottoms: Blob) -> list[Blob]:
        """Return no tops."""
        return []
