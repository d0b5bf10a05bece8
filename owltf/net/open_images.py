"""Makes a net's Keras model accept images of any height and width, if its layers can."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras

from owltf.keras_internals import inputs_by_blob, run_in_order_made, take_inputs
from owltf.runtime.graph_checks import check_alike
from owltf.runtime.open_sizes import opened

# Keras's own layers that compute the same whatever the size; ours say so by `any_size = True`.
_OF_KERAS = (
    keras.layers.Identity,
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
# Layers that broadcast: with open sizes they would silently repeat a smaller image along a larger
# one, where Caffe demands equal sizes.
_OF_ONE_SIZE = (keras.layers.Add, keras.layers.Maximum, keras.layers.Multiply)


class FixedSizeError(Exception):
    """A Keras layer can compute on images of one size alone.

    Attributes:
        layer: the layer's name.
    """

    def __init__(self, layer: str) -> None:
        super().__init__(layer)
        self.layer = layer


def with_open_images(model: Any) -> Any:
    """Return a copy of a functional model, on the same layers, that takes images of any size.

    Args:
        model: a `keras.Model` from a dict of inputs (N, C, ...).

    Raises:
        FixedSizeError: if a layer can compute on images of one size alone.
    """
    inputs = {
        name: keras.Input(batch_shape=opened(each.shape), name=each.name, dtype=each.dtype)
        for name, each in model.input.items()
    }
    take_inputs(inputs)
    with inputs_by_blob():
        cloned = keras.models.clone_model(
            model, input_tensors=inputs, clone_function=lambda layer: layer, call_function=_call
        )
    return run_in_order_made(cloned)


def _call(layer: Any, *args: Any, **kwargs: Any) -> Any:
    takes_any = getattr(layer, "any_size", False) or isinstance(layer, _OF_KERAS)
    if not takes_any and any(map(_is_open, keras.tree.flatten((args, kwargs)))):
        raise FixedSizeError(layer.name)
    try:
        if isinstance(layer, _OF_ONE_SIZE) and any(map(_is_open, args[0])):
            # A factor of a Scale is of size 1 along the axes that it is spread over.
            spreads = isinstance(layer, keras.layers.Multiply)
            args = (EqualSizes(layer.name, spreads, name=f"{layer.name}.alike")(args[0]),)
        return layer(*args, **kwargs)
    except ValueError as error:
        raise FixedSizeError(layer.name) from error


def _is_open(value: Any) -> bool:
    return isinstance(value, keras.KerasTensor) and None in value.shape[1:]


@keras.saving.register_keras_serializable("owltf")
class EqualSizes(keras.layers.Layer):
    """Returns its inputs; the pass fails if their sizes differ along an axis that is open.

    Args:
        layer: the name of the layer that takes them.
        spreads: whether one of them may have a fixed size along such an axis.
        **kwargs: the arguments of every Keras layer.
    """

    any_size = True

    def __init__(self, layer: str, spreads: bool, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.layer, self.spreads = layer, spreads

    def call(self, inputs: Sequence[Any]) -> Any:
        """Return the inputs."""
        first, *others = inputs
        return [first, *(check_alike(first, other, self.layer, self.spreads) for other in others)]

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the shapes of the inputs."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that rebuild the layer."""
        return {**super().get_config(), "layer": self.layer, "spreads": self.spreads}
