"""The weights of a Keras program, under the names that its layers give them."""

from __future__ import annotations

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
    if kind == "ChannelPReLU":
        rank = len(layer.input.shape) - 1
        return {"alpha": values["slope"].reshape((1,) * (rank - 1) + (-1,))}
    if kind == "Affine":
        return {
            name: value.reshape(*value.shape, *(1,) * layer.after) for name, value in values.items()
        }
    return values


def _statistics(values: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return the mean and variance that Caffe keeps as sums."""
    ones = values["scale_factor"]
    factor = np.divide(1, ones, out=np.zeros_like(ones), where=ones != 0)
    return {
        "moving_mean": values["mean"] * factor,
        "moving_variance": values["variance"] * factor,
    }
