"""The weights of a Keras program, under the names that its layers give them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np


def weights_of(model: Any) -> dict[str, np.ndarray]:
    """Return the weights of a model as those of its program, by LAYER/WEIGHT."""
    return {
        f"{layer.name}/{name}": np.asarray(array)
        for layer in model.layers
        for name, array in _plain(layer).items()
    }


def _plain(layer: Any) -> dict[str, np.ndarray]:
    """Return a layer's weights under the names and in the shapes of the plain Keras layer."""
    values = {weight.name: weight.numpy() for weight in layer.weights}
    kind = type(layer).__name__
    if kind == "BatchNormalization":
        return _statistics(values)
    if kind == "Deconv":
        window = layer.get_config()
        return {**values, "kernel": _spread(values["kernel"], window["dilation_rate"])}
    if kind == "ChannelPReLU":
        rank = len(layer.input.shape) - 1
        return {"alpha": values["slope"].reshape((1,) * (rank - 1) + (-1,))}
    if kind == "Affine":
        return {
            name: value.reshape(*value.shape, *(1,) * layer.after) for name, value in values.items()
        }
    return values


def _spread(kernel: np.ndarray, dilation: Sequence[int]) -> np.ndarray:
    """Return filters with zeros between their values; Keras has no wide deconvolution on a CPU."""
    if set(dilation) == {1}:
        return kernel
    sides = zip(kernel.shape, dilation, strict=False)
    wide = np.zeros([*(d * (k - 1) + 1 for k, d in sides), *kernel.shape[-2:]], kernel.dtype)
    wide[tuple(slice(None, None, step) for step in dilation)] = kernel
    return wide


def _statistics(values: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return the mean and variance that Caffe keeps as sums."""
    ones = values["scale_factor"]
    factor = np.divide(1, ones, out=np.zeros_like(ones), where=ones != 0)
    return {
        "moving_mean": values["mean"] * factor,
        "moving_variance": values["variance"] * factor,
    }
