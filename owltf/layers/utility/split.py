"""Split: gives several layers the same bottom."""

from __future__ import annotations

from owltf.convert.blob import Blob
from owltf.convert.converter import LayerConverter
from owltf.convert.layer import Layer


class Split(LayerConverter):
    """Gives its bottom several names; their gradients are added up."""

    caffe_type = "Split"
    tops = (1, None)
    passes_on = True

    def build(self, layer: Layer, bottom: Blob) -> list[Blob]:
        """Return the bottom once for each top."""
        return [bottom] * len(layer.tops)
