"""Split: one bottom for several layers."""

from __future__ import annotations

from owltf.convert.blob import Blob
from owltf.convert.converter import LayerConverter
from owltf.convert.layer import Layer


class Split(LayerConverter):
    """Gives the bottom several names; TensorFlow adds up the gradients by itself."""

    caffe_type = "Split"
    tops = (1, None)
    passes_on = True

    def build(self, layer: Layer, bottom: Blob) -> list[Blob]:
        """Return the bottom for each top."""
        return [bottom] * len(layer.tops)
