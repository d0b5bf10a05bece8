"""Dropout with `scale_train: false`: values are scaled down in tests, and not up in training."""

from __future__ import annotations

from typing import Any

import keras

from owltf.api import Blob, Dropout, Layer, OnnxNode, PlacedDropout, SourceCall


@keras.saving.register_keras_serializable("owltf_rcnn")
class UnscaledDropout(PlacedDropout):
    """Sets values to zero in training, and multiplies all by 1 - rate outside."""

    def call(self, inputs: Any, training: bool = False) -> Any:
        """Return the values kept as they are, or all of them scaled down."""
        return super().call(inputs, training=training) * (1 - self.rate)

    def source(self, call: SourceCall) -> str:
        """Return the call as source in plain Keras."""
        return f"{call.layer_call('layers.Dropout', self.rate)} * {1 - self.rate!r}"


class ScaleTrainDropout(Dropout):
    """Dropout with `scale_train: false`: values are scaled down outside of training instead."""

    passes_on = False

    def fits(self, parameter: Any) -> bool:
        """Return whether the field is false."""
        return not parameter.dropout_param.scale_train

    def build(self, layer: Layer, bottom: Blob) -> Blob:
        """Return the bottom with values dropped in training, and scaled outside."""
        return bottom.map(self.keras_layer(layer, bottom, UnscaledDropout))

    def onnx(self, node: OnnxNode) -> None:
        """Write Mul."""
        kept = 1 - node.parameter.dropout_param.dropout_ratio
        node.add("Mul", node.x, node.constant("kept", kept))
