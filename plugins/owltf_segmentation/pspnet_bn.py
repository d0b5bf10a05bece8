"""PSPNet's BN: normalised by the batch or by running statistics, times a slope, plus a bias."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from owltf.api import Blob, Layer, LayerConverter, OnnxNode, SourceCall
from owltf_segmentation.channel_weights import (
    batch_moments,
    check_images,
    per_channel,
    weight_shape,
)

_OWN = {"slope_filler", "bias_filler", "momentum", "eps", "frozen", "engine"}


@tf.custom_gradient
def _normalised_as_tested(images: Any, mean: Any, deviation: Any) -> Any:
    """Return (x - mean) / deviation; the gradient is that of the batch's statistics.

    The fork sends the gradient of training back in tests too, unless the layer is frozen.
    """
    normalised = (images - mean) / deviation

    def gradients(grad: Any) -> tuple[Any, None, None]:
        along, onto = (
            tf.reduce_mean(each, (0, 1, 2), keepdims=True) for each in (grad, grad * normalised)
        )
        return (grad - along - normalised * onto) / deviation, None, None

    return normalised, gradients


@keras.saving.register_keras_serializable("owltf_segmentation")
class RunningNorm(keras.layers.Layer):
    """slope * (x - mean) / sqrt(variance + eps) + bias of each channel.

    In training mean and variance are the batch's, and are added to the running ones: the variance
    divided by the count, not by one less. Each replica computes its own; their mean is stored.

    Args:
        momentum: how much of a running statistic is kept at each pass.
        eps: what is added to the variance.
        frozen: whether training uses the running statistics too, and learns nothing.
        **kwargs: the arguments of `keras.layers.Layer`.
    """

    any_size = True

    def __init__(self, momentum: float, eps: float, frozen: bool, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.momentum, self.eps, self.frozen = momentum, eps, frozen

    def build(self, input_shape: Any) -> None:
        """Add slope, bias, and the running mean and variance."""
        shape = weight_shape(input_shape)
        for name, start in (("slope", "ones"), ("bias", "zeros")):
            setattr(self, name, self.add_weight(name=name, shape=shape, initializer=start))
        for name, start in (("mean", "zeros"), ("variance", "ones")):
            running = self.add_weight(
                name=name, shape=shape, initializer=start, trainable=False, aggregation="mean"
            )
            setattr(self, name, running)

    def call(self, inputs: Any, training: bool | None = None) -> Any:
        """Return the normalised images."""
        slope, bias = tf.convert_to_tensor(self.slope), tf.convert_to_tensor(self.bias)
        if self.frozen:
            slope, bias = tf.stop_gradient(slope), tf.stop_gradient(bias)
        mean, variance = self._moments(inputs, bool(training))
        if training or self.frozen:
            return (inputs - mean) * (slope / tf.sqrt(variance + self.eps)) + bias
        return _normalised_as_tested(inputs, mean, tf.sqrt(variance + self.eps)) * slope + bias

    def _moments(self, inputs: Any, training: bool) -> tuple[Any, Any]:
        if self.frozen or not training:
            return tf.convert_to_tensor(self.mean), tf.convert_to_tensor(self.variance)
        found = batch_moments(inputs)
        for running, value in zip((self.mean, self.variance), found, strict=True):
            running.assign(running * self.momentum + value * (1 - self.momentum))
        return found

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that rebuild the layer."""
        own = {"momentum": self.momentum, "eps": self.eps, "frozen": self.frozen}
        return {**super().get_config(), **own}

    def source(self, call: SourceCall) -> str:
        """Return the call as source in plain Keras."""
        return call.layer_call("layers.BatchNormalization", epsilon=self.eps)

    def source_weights(self) -> dict[str, Any]:
        """Return the weights by the names in Keras's layer."""
        names = {"gamma": "slope", "beta": "bias"}
        names |= {"moving_mean": "mean", "moving_variance": "variance"}
        return {to: getattr(self, own).numpy().reshape(-1) for to, own in names.items()}


class PSPNetBN(LayerConverter):
    """PSPNet's BN: normalised, times a slope, plus a bias; it keeps running statistics."""

    caffe_type = "BN"
    params = (
        per_channel("slope", untrained=1),
        per_channel("bias", untrained=0),
        per_channel("mean", untrained=0),
        per_channel("variance", untrained=1),
    )

    def fits(self, parameter: Any) -> bool:
        """Return whether a BN has PSPNet's fields, or no fields and more blobs than SegNet's."""
        given = {field.name for field, _ in parameter.bn_param.ListFields()}
        return bool(given & _OWN) or (not given and len(parameter.param) > 2)

    def build(self, layer: Layer, bottom: Blob) -> Blob:
        """Return the normalised images.

        Raises:
            OwltfError: if the bottom has no four axes.
        """
        check_images(layer, bottom)
        param = layer.parameter.bn_param
        norm = layer.keras(
            RunningNorm,
            fillers=(*_fillers(param), *_statistics(param)),
            momentum=param.momentum,
            eps=param.eps,
            frozen=param.frozen,
        )
        return bottom.to_channels_last().map(norm)

    def onnx(self, node: OnnxNode) -> None:
        """Write BatchNormalization with the running statistics."""
        names = ("slope", "bias", "mean", "variance")
        values = (blob.reshape(-1) for blob in node.blobs)
        weights = [node.constant(name, value) for name, value in zip(names, values, strict=True)]
        node.add("BatchNormalization", node.x, *weights, epsilon=node.parameter.bn_param.eps)

    def affine(self, parameter: Any, blobs: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        """Return slope / deviation, and bias - mean * slope / deviation."""
        slope, bias, mean, variance = (blob.reshape(-1).astype(np.float64) for blob in blobs)
        factor = slope / np.sqrt(variance + parameter.bn_param.eps)
        return factor, bias - mean * factor


def _fillers(param: Any) -> tuple[Any, Any]:
    """Return the fillers of slope and bias; slopes that the prototxt gives none start as 1."""
    has_slope = param.HasField("slope_filler")
    return param.slope_filler if has_slope else _constant(param, 1), param.bias_filler


def _statistics(param: Any) -> tuple[Any, Any]:
    return _constant(param, 0), _constant(param, 1)


def _constant(param: Any, value: float) -> Any:
    return type(param.slope_filler)(type="constant", value=value)
