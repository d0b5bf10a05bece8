"""Shrink: moves every value towards 0 by a learnable threshold, and no further than 0."""

from __future__ import annotations

from typing import Any

import keras

from owltf.api import Blob, Layer, LayerConverter, ParamBlob


@keras.saving.register_keras_serializable("my_layer_plugin")
class SoftThreshold(keras.layers.Layer):
    """sign(x) * max(|x| - threshold, 0), with a threshold for each value of the last axis.

    Args:
        channel_shared: whether there is one threshold for all.
        **kwargs: those of `keras.layers.Layer`.
    """

    # Images may have any height and width, whatever the prototxt says.
    any_size = True

    def __init__(self, channel_shared: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.channel_shared = channel_shared

    def build(self, input_shape: Any) -> None:
        """Add the thresholds, which start as the layer's filler says."""
        count = 1 if self.channel_shared else input_shape[-1]
        self.threshold = self.add_weight(name="threshold", shape=(count,), initializer="zeros")

    def call(self, inputs: Any) -> Any:
        """Return what is left of each value."""
        left = keras.ops.relu(keras.ops.abs(inputs) - self.threshold)
        return keras.ops.sign(inputs) * left

    def get_config(self) -> dict[str, Any]:
        """Return what rebuilds the layer."""
        return {**super().get_config(), "channel_shared": self.channel_shared}


class Shrink(LayerConverter):
    """Soft thresholding, as networks that denoise or seek sparse codes use it."""

    caffe_type = "Shrink"
    params = (ParamBlob("threshold"),)

    def build(self, layer: Layer, bottom: Blob) -> Blob:
        """Return the bottom, each of its channels shrunk by its own threshold."""
        param = layer.parameter.shrink_param
        shrink = layer.keras(
            SoftThreshold, fillers=(param.filler,), channel_shared=param.channel_shared
        )
        return bottom.to_channels_last().map(shrink)
