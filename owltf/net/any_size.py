"""A net's model for images of any height and width, as far as its layers allow it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras

# Keras's own layers that compute the same whatever the size; ours say so by `any_size = True`.
_OF_KERAS = (
    keras.layers.Activation,
    keras.layers.Add,
    keras.layers.Concatenate,
    keras.layers.Dropout,
    keras.layers.ELU,
    keras.layers.Maximum,
    keras.layers.Multiply,
    keras.layers.Permute,
    keras.layers.ReLU,
    keras.layers.Softmax,
)


class FixedSizeError(Exception):
    """A Keras layer is for images of one size.

    Attributes:
        layer: its name.
    """

    def __init__(self, layer: str) -> None:
        super().__init__(layer)
        self.layer = layer


def of_any_size(model: Any) -> Any:
    """Return a functional model with its images' spatial axes left open; the layers are shared.

    Args:
        model: a `keras.Model` from a dict of inputs (N, C, ...).

    Raises:
        FixedSizeError: if a layer can compute on images of one size alone.
    """
    inputs = {
        name: keras.Input(batch_shape=opened(each.shape), name=each.name, dtype=each.dtype)
        for name, each in model.input.items()
    }
    return keras.models.clone_model(
        model, input_tensors=inputs, clone_function=lambda layer: layer, call_function=_call
    )


def opened(shape: Sequence[int | None]) -> tuple[int | None, ...]:
    """Return a shape with its spatial axes, those after (N, C), left open."""
    return (*shape[:2], *(None for _ in shape[2:]))


def _call(layer: Any, *args: Any, **kwargs: Any) -> Any:
    takes_any = getattr(layer, "any_size", False) or isinstance(layer, _OF_KERAS)
    if not takes_any and any(map(_is_open, keras.tree.flatten((args, kwargs)))):
        raise FixedSizeError(layer.name)
    try:
        return layer(*args, **kwargs)
    except ValueError as error:
        raise FixedSizeError(layer.name) from error


def _is_open(value: Any) -> bool:
    return isinstance(value, keras.KerasTensor) and None in value.shape[1:]
