"""ReLU6: max(x, 0), at most 6."""

from __future__ import annotations

import keras

from owltf.api import Blob, Layer, LayerConverter, OnnxNode


class ReLU6(LayerConverter):
    """min(max(x, 0), 6)."""

    caffe_type = "ReLU6"

    def build(self, layer: Layer, bottom: Blob) -> Blob:
        """Return the limited values."""
        return bottom.map(layer.keras(keras.layers.ReLU, max_value=6.0))

    def onnx(self, node: OnnxNode) -> None:
        """Write Clip."""
        node.add("Clip", node.x, node.constant("min", 0.0), node.constant("max", 6.0))
