"""Flip: images upside down, or left to right."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import tensorflow as tf

from owltf.api import Blob, Layer, LayerConverter, OnnxNode, SourceCall


@keras.saving.register_keras_serializable("owltf_faces")
class Flipped(keras.layers.Layer):
    """Puts images (N, H, W, C) the other way round.

    Args:
        axes: the axes that are turned, 1 and 2.
        **kwargs: the arguments of `keras.layers.Layer`.
    """

    any_size = True

    def __init__(self, axes: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axes = list(axes)

    def call(self, inputs: Any) -> Any:
        """Return the turned images."""
        return tf.reverse(inputs, self.axes)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that rebuild the layer."""
        return {**super().get_config(), "axes": self.axes}

    def source(self, call: SourceCall) -> str:
        """Return the call as source in plain Keras."""
        return f"ops.flip({call.x}, axis={tuple(self.axes)})"


class Flip(LayerConverter):
    """Images left to right, which is the default, upside down, or both."""

    caffe_type = "Flip"

    def build(self, layer: Layer, bottom: Blob) -> Blob:
        """Return the turned images.

        Raises:
            OwltfError: if the bottom has no four axes.
        """
        if bottom.rank != 4:
            raise layer.error(f"takes (N, C, H, W), but '{bottom.name}' is {bottom.shape}")
        axes = turned(layer.parameter.flip_param, 1)
        return bottom.to_channels_last().map(layer.keras(Flipped, axes=axes))

    def onnx(self, node: OnnxNode) -> None:
        """Write Slice with steps of -1."""
        axes = turned(node.parameter.flip_param, 2)
        if not axes:
            node.add("Identity", node.x)
            return
        limits = {"starts": -1, "ends": np.iinfo(np.int64).min, "steps": -1}
        first = [
            node.constant(part, [limits[part]] * len(axes), np.int64) for part in ("starts", "ends")
        ]
        rest = [node.constant("axes", axes, np.int64)]
        rest.append(node.constant("steps", [limits["steps"]] * len(axes), np.int64))
        node.add("Slice", node.x, *first, *rest)


def turned(param: Any, first: int) -> list[int]:
    """Return the axes that a `FlipParameter` turns.

    Args:
        param: the message.
        first: the axis of the height.
    """
    asked = (param.flip_height, param.flip_width)
    return [first + place for place, wanted in enumerate(asked) if wanted]
