"""Normalize of caffe-windows: features divided by their length at each place."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

from owltf.api import Blob, Layer, LayerConverter, OnnxNode, SourceCall

EPS = 1e-6

SOURCE = '''
def normalize(x, kind):
    """Divide by the length along the last axis, and return the length too."""
    sums = ops.sum(ops.square(x) if kind == "L2" else ops.absolute(x), axis=-1, keepdims=True)
    length = ops.sqrt(sums + 1e-6) if kind == "L2" else sums + 1e-6
    return x / length, length
'''


@keras.saving.register_keras_serializable("owltf_faces")
class UnitLength(keras.layers.Layer):
    """x divided by its length along the last axis, and that length.

    Args:
        kind: "L2" for the square root of the sum of squares, "L1" for the sum of sizes.
        sends_length: whether the length has a gradient.
        **kwargs: the arguments of `keras.layers.Layer`.
    """

    any_size = True

    def __init__(self, kind: str, sends_length: bool, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.kind, self.sends_length = kind, sends_length

    def call(self, inputs: Any) -> Any:
        """Return the features and their lengths."""
        sizes = tf.square(inputs) if self.kind == "L2" else tf.abs(inputs)
        length = tf.reduce_sum(sizes, -1, keepdims=True) + EPS
        length = tf.sqrt(length) if self.kind == "L2" else length
        return [inputs / length, length if self.sends_length else tf.stop_gradient(length)]

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that rebuild the layer."""
        return {**super().get_config(), "kind": self.kind, "sends_length": self.sends_length}

    def source(self, call: SourceCall) -> str:
        """Return the call as source in plain Keras."""
        call.need(SOURCE)
        return f"normalize({call.x}, {self.kind!r})"


class Normalize(LayerConverter):
    """Features of length 1 at each place, as NormFace has it; a second top has the lengths."""

    caffe_type = "Normalize"
    tops = (1, 2)

    def fits(self, parameter: Any) -> bool:
        """Return whether SSD's field is missing."""
        return "norm_param" not in {field.name for field, _ in parameter.ListFields()}

    def check(self, layer: Layer) -> None:
        """Refuse what Normalize does not do here."""
        param = layer.parameter.normalize_param
        if param.normalize_type not in ("L1", "L2"):
            raise layer.unsupported(f'normalize_type: "{param.normalize_type}"')
        if param.fix_gradient:
            raise layer.unsupported("fix_gradient: true")

    def build(self, layer: Layer, bottom: Blob) -> list[Blob]:
        """Return the features, and as a second top their lengths (N, 1, H, W)."""
        param, features = layer.parameter.normalize_param, bottom.to_channels_last()
        norm = layer.keras(UnitLength, kind=param.normalize_type, sends_length=param.bp_norm)
        return [features.of(top) for top in norm(features.tensor)][: len(layer.tops)]

    def onnx(self, node: OnnxNode) -> None:
        """Write a sum, its square root and Div."""
        kind = node.parameter.normalize_param.normalize_type
        is_square = kind == "L2"
        sizes = node.add("Mul" if is_square else "Abs", *[node.x] * (1 + is_square), part="sizes")
        axes = node.constant("axes", [1], "int64")
        total = node.add("ReduceSum", sizes, axes, part="sum", keepdims=1)
        length = node.add("Add", total, node.constant("eps", EPS), part="safe")
        if is_square:
            length = node.add("Sqrt", length, part="length")
        node.add("Div", node.x, length)
        if len(node.tops) > 1:
            node.add("Identity", length, top=node.tops[1])
