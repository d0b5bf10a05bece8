"""SmoothL1Loss with `sigma` and two weights, and SmoothL1LossOHEM with a loss of each region."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

from owltf.api import Blob, Layer, LayerConverter, global_sum, in_one_layout
from owltf_rcnn.normalized import NORMALIZATIONS, normalization_of


def smooth_l1(x: Any, sigma: float) -> Any:
    """Return (sigma x)² / 2 where |x| < 1 / sigma², and |x| - 1 / (2 sigma²) elsewhere."""
    size, square = tf.abs(x), sigma * sigma
    return tf.where(size < 1 / square, 0.5 * square * tf.square(x), size - 0.5 / square)


@keras.saving.register_keras_serializable("owltf_rcnn")
class WeightedSmoothL1(keras.layers.Layer):
    """The sum of outside * smooth_l1(inside * (a - b)), divided by the rows.

    Args:
        sigma: how narrow the round part is.
        **kwargs: the arguments of `keras.layers.Layer`.
    """

    def __init__(self, sigma: float, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.sigma = sigma

    def call(self, inputs: Any) -> Any:
        """Return the loss."""
        a, b, *weights = inputs
        difference = (a - b) * weights[0] if weights else a - b
        values = smooth_l1(difference, self.sigma)
        values = values * weights[1] if len(weights) > 1 else values
        total, rows = global_sum(tf.reduce_sum(values), tf.cast(tf.shape(a)[0], a.dtype))
        return total / rows

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that rebuild the layer."""
        return {**super().get_config(), "sigma": self.sigma}


class SmoothL1Loss(LayerConverter):
    """Fast R-CNN's smooth L1 distance, with `sigma`, and weights inside and outside."""

    caffe_type = "SmoothL1Loss"
    bottoms = (2, 4)
    is_loss = True

    def fits(self, parameter: Any) -> bool:
        """Return whether a loss has a field of this fork, or a second weight."""
        return bool(parameter.HasField("smooth_l1_loss_param") or len(parameter.bottom) > 3)

    def build(self, layer: Layer, *bottoms: Blob) -> Blob:
        """Return the loss, the mean over rows.

        Raises:
            OwltfError: if the bottoms' shapes differ, or there is one weight.
        """
        tensors = [each.tensor for each in in_one_layout(alike(layer, bottoms))]
        sigma = layer.parameter.smooth_l1_loss_param.sigma
        return bottoms[0].scalar(layer.keras(WeightedSmoothL1, sigma=sigma)(tensors))


@keras.saving.register_keras_serializable("owltf_rcnn")
class SmoothL1OfRegions(keras.layers.Layer):
    """The normalized sum of smooth_l1(weight * (a - b)), and the sum of each region and place.

    Args:
        mode: the normalization.
        **kwargs: the arguments of `keras.layers.Layer`.
    """

    def __init__(self, mode: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.mode = mode

    def call(self, inputs: Any) -> Any:
        """Return the loss, and each region's without a gradient, channels last."""
        a, b, *weights = inputs
        difference = (a - b) * weights[0] if weights else a - b
        each = tf.reduce_sum(smooth_l1(difference, 1), -1, keepdims=True)
        loss = NORMALIZATIONS[self.mode](each, tf.ones_like(each))
        return [loss, tf.stop_gradient(each)]

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that rebuild the layer."""
        return {**super().get_config(), "mode": self.mode}


class SmoothL1LossOHEM(LayerConverter):
    """R-FCN's smooth L1 distance; a second top has the loss of each region, to find hard ones."""

    caffe_type = "SmoothL1LossOHEM"
    bottoms = (2, 3)
    tops = (1, 2)
    is_loss = True

    def build(self, layer: Layer, *bottoms: Blob) -> list[Blob]:
        """Return the loss, and as a second top that of each region, (R, 1, H, W).

        Raises:
            OwltfError: if the bottoms' shapes differ.
        """
        first = alike(layer, bottoms)[0].to_channels_last()
        tensors = [each.to_channels_last().tensor for each in bottoms]
        mode = normalization_of(layer.parameter.loss_param, "VALID")
        loss, each = layer.keras(SmoothL1OfRegions, mode=mode)(tensors)
        return [first.scalar(loss), first.of(each)][: len(layer.tops) or 1]


def alike(layer: Layer, bottoms: Any) -> Any:
    """Return bottoms that have one shape.

    Raises:
        OwltfError: if they differ.
    """
    if any(each.shape != bottoms[0].shape for each in bottoms):
        shapes = " and ".join(str(each.shape) for each in bottoms)
        raise layer.error(f"bottoms must have one shape; got {shapes}")
    return bottoms
