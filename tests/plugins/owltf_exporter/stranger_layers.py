"""Layers of a stranger's plugin."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import keras

from owltf.api import Blob, Layer, LayerConverter, OnnxNode, ParamBlob, hookimpl


def plugin(*converters: type[LayerConverter]) -> Any:
    """Return a plugin that brings some converters."""
    return SimpleNamespace(owltf_layer_converters=hookimpl(lambda: list(converters)))


@keras.saving.register_keras_serializable("stranger")
class Gain(keras.layers.Layer):
    """x * gain, and half of that below 0."""

    def build(self, input_shape: Any) -> None:
        self.gain = self.add_weight(name="gain", shape=(input_shape[-1],), initializer="zeros")

    def call(self, inputs: Any) -> Any:
        gained = inputs * self.gain
        return keras.ops.where(gained > 0, gained, gained / 2)


class Gained(LayerConverter):
    """A layer with weights that has an ONNX form."""

    caffe_type = "Gained"
    params = (ParamBlob("gain", untrained=3),)

    def build(self, layer: Layer, bottom: Blob) -> Blob:
        return bottom.to_channels_last().map(layer.keras(Gain))

    def onnx(self, node: OnnxNode) -> None:
        gain = node.blobs[0].reshape(-1, *(1,) * (len(node.shape) - 2))
        gained = node.add("Mul", node.x, node.constant("gain", gain), part="gained")
        node.add("LeakyRelu", gained, alpha=0.5)


class Shapeless(Gained):
    """The same without an ONNX form: what it inherits is of another formula."""

    caffe_type = "Shapeless"
    params = ()

    def build(self, layer: Layer, bottom: Blob) -> Blob:
        return bottom.map(layer.keras(keras.layers.Activation, activation="tanh"))


class DoubleReLU(LayerConverter):
    """What replaces Caffe's ReLU: 2 * max(x, 0)."""

    caffe_type = "ReLU"

    def build(self, layer: Layer, bottom: Blob) -> Blob:
        positive = bottom.map(layer.keras(keras.layers.ReLU))
        return positive.of(layer.keras(keras.layers.Add, part="twice")([positive.tensor] * 2))

    def onnx(self, node: OnnxNode) -> None:
        positive = node.add("Relu", node.x, part="positive")
        node.add("Mul", positive, node.constant("two", 2))


class ReLUWithoutForm(LayerConverter):
    """What replaces Caffe's ReLU and has no ONNX form."""

    caffe_type = "ReLU"
    build = DoubleReLU.build


class Distance(LayerConverter):
    """A loss of two blobs, which a served net leaves as they are."""

    caffe_type = "Distance"
    bottoms = (2, 2)
    is_loss = True

    def build(self, layer: Layer, *bottoms: Blob) -> Blob:
        left, right = bottoms
        difference = layer.keras(keras.layers.Subtract)([left.tensor, right.tensor])
        return left.scalar(keras.ops.sum(keras.ops.square(difference)))


class ClassLoss(Distance):
    """A loss of scores and labels, which is served as a softmax."""

    caffe_type = "ClassLoss"
    served_as = "Softmax"
    gives_probabilities = True

    def class_scores(self, parameter: Any) -> tuple[int, int | None]:
        return parameter.softmax_param.axis, None


class Spread(LayerConverter):
    """A metric of one blob."""

    caffe_type = "Spread"
    is_judge = True

    def build(self, layer: Layer, bottom: Blob) -> Blob:
        return bottom.scalar(keras.ops.std(bottom.tensor))
