"""Collects the weights for the program, by the names of its layers and their weights."""

from __future__ import annotations

from typing import Any

import numpy as np


def weights_of(model: Any) -> dict[str, np.ndarray]:
    """Return the weights of a model for its program, by LAYER/WEIGHT."""
    return {
        f"{layer.name}/{name}": np.asarray(array)
        for layer in model.layers
        for name, array in _plain(layer).items()
    }


def _plain(layer: Any) -> dict[str, np.ndarray]:
    """Return a layer's weights in the shapes and by the names that the program's layer has."""
    if callable(getattr(type(layer), "source_weights", None)):
        return dict(layer.source_weights())
    return {weight.name: weight.numpy() for weight in layer.weights}
