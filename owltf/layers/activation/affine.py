"""Computes x * gamma + beta with weights along some axes, for the layers Scale and Bias."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

from owltf.convert.blob import Blob
from owltf.convert.layer import Layer
from owltf.convert.source_call import SourceCall
from owltf.layers.activation.affine_source import AFFINE


@keras.saving.register_keras_serializable("owltf")
class Affine(keras.layers.Layer):
    """Computes x * gamma + beta, with weights along some axes of x.

    Args:
        shape: the shape of gamma and beta.
        after: how many axes of x come after those of the weights.
        scales: whether there is a gamma.
        shifts: whether there is a beta.
    """

    any_size = True

    def __init__(
        self,
        shape: Sequence[int],
        after: int = 0,
        scales: bool = True,
        shifts: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.shape = tuple(shape)
        self.after = after
        self.scales = scales
        self.shifts = shifts

    def build(self, input_shape: Any) -> None:
        """Add the weights."""
        if self.scales:
            self.gamma = self.add_weight(name="gamma", shape=self.shape, initializer="ones")
        if self.shifts:
            self.beta = self.add_weight(name="beta", shape=self.shape, initializer="zeros")

    def call(self, inputs: Any) -> Any:
        """Return x * gamma + beta."""
        if self.is_by_channel(inputs):
            # It scales and shifts in one pass over the memory; with its gradient it takes half the
            # time on a CPU.
            return self.of_normalized(inputs, tf.zeros(self.shape), tf.ones(self.shape), 0.0)
        top = inputs * self._wide(self.gamma) if self.scales else inputs
        return top + self._wide(self.beta) if self.shifts else top

    def _wide(self, weight: Any) -> Any:
        return tf.reshape(weight, (*self.shape, *(1,) * self.after))

    def is_by_channel(self, inputs: Any) -> bool:
        """Return whether images are scaled by channel, on a CPU: what `of_normalized` needs."""
        is_image = len(inputs.shape) == 4 and len(self.shape) == 1 and not self.after
        return self.scales and is_image and not tf.config.list_logical_devices("GPU")

    def of_normalized(self, inputs: Any, mean: Any, variance: Any, epsilon: float) -> Any:
        """Return (x - mean) / sqrt(variance + epsilon) * gamma + beta, in one operation."""
        return tf.raw_ops.FusedBatchNormV3(
            x=inputs,
            scale=self.gamma,
            offset=self.beta if self.shifts else tf.zeros(self.shape),
            mean=mean,
            variance=variance,
            epsilon=epsilon,
            is_training=False,
        ).y

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the shape of the top, which is the bottom's.

        Raises:
            ValueError: if the weights do not lie along axes of their size.
        """
        end = len(input_shape) - self.after
        along = tuple(input_shape)[end - len(self.shape) : end]
        # The batch may be open.
        sizes = self.shape[1:] if end == len(self.shape) else self.shape
        if along[len(along) - len(sizes) :] != sizes:
            raise ValueError(f"weights of shape {self.shape} do not lie along {along}")
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that rebuild the layer."""
        return {
            **super().get_config(),
            "shape": self.shape,
            "after": self.after,
            "scales": self.scales,
            "shifts": self.shifts,
        }

    def source(self, call: SourceCall) -> str:
        """Return the call as source in plain Keras."""
        call.need(AFFINE)
        shape = (*self.shape, *(1,) * self.after)
        scale, shift = (call.unless(each, True) for each in (self.scales, self.shifts))
        return call.layer_call("Affine", shape, scale=scale, shift=shift)

    def source_weights(self) -> dict[str, Any]:
        """Return gamma and beta, with an axis of size 1 for each axis they are repeated along."""
        ones = (1,) * self.after
        return {each.name: each.numpy().reshape(*each.shape, *ones) for each in self.weights}


def affine(
    layer: Layer, bottom: Blob, axes: range, fillers: Sequence[Any], *, part: str = "", **has: Any
) -> Blob:
    """Return bottom * gamma + beta, with weights along some of Caffe's axes.

    Args:
        layer: the Scale or Bias layer.
        bottom: x.
        axes: the axes of x that the weights lie along.
        fillers: the fillers of the weights.
        part: a word for the Keras layer's name, where the Caffe layer makes several.
        **has: `scales` and `shifts`.
    """
    # Weights with one number for each channel, or just one, fit a channels-last blob as it is.
    x = bottom if list(axes) in ([1], []) else bottom.to_caffe()
    after = 0 if x.channels_last else x.rank - axes.stop
    shape = [x.shape[axis] for axis in axes]
    return x.map(layer.keras(Affine, fillers=fillers, part=part, shape=shape, after=after, **has))


def axes_of(layer: Layer, bottom: Blob, param: Any) -> range:
    """Return the axes that a layer's weights lie along: `num_axes` of them, from `axis` on.

    Raises:
        OwltfError: if the bottom has fewer axes.
    """
    first = layer.axis(bottom, param.axis)
    if not param.num_axes:
        return range(0)
    end = bottom.rank if param.num_axes == -1 else first + param.num_axes
    if not first < end <= bottom.rank:
        raise layer.error(
            f"num_axes {param.num_axes} from axis {param.axis} on are not in "
            f"'{bottom.name}' {bottom.shape}"
        )
    return range(first, end)


def broadcast(layer: Layer, bottom: Blob, other: Blob, axis: int) -> Blob:
    """Return the second bottom with the number of axes and the layout of the first.

    Args:
        layer: the Scale or Bias layer.
        bottom: the first bottom.
        other: the second; its shape is that of the first from `axis` on.
        axis: Caffe's axis of the first bottom.

    Raises:
        OwltfError: if the shapes do not match.
    """
    first = layer.axis(bottom, axis) if other.rank else 0
    end = first + other.rank
    if bottom.shape[first:end] != other.shape:
        raise layer.error(
            f"'{other.name}' {other.shape} must have the sizes of '{bottom.name}' {bottom.shape} "
            f"from axis {axis} on"
        )
    wide = (1,) * first + other.shape + (1,) * (bottom.rank - end)
    return other.reshape(wide, "wide").in_layout_of(bottom)
