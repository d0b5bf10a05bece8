"""Stops the gradient at the bottoms for which a layer says `propagate_down: false`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

from owltf.convert.blob import Blob
from owltf.convert.layer import Layer
from owltf.convert.source_call import SourceCall


@keras.saving.register_keras_serializable("owltf")
class StopGradient(keras.layers.Layer):
    """Returns its input, and stops the gradient on its way back."""

    any_size = True

    def call(self, inputs: Any) -> Any:
        """Return the input."""
        return tf.stop_gradient(inputs)

    def source(self, call: SourceCall) -> str:
        """Return the call as source in plain Keras."""
        return f"ops.stop_gradient({call.x})"


def stop_gradients(layer: Layer, bottoms: Sequence[Blob]) -> list[Blob]:
    """Return a layer's bottoms; those whose `propagate_down` is false get no gradient.

    Raises:
        OwltfError: if `propagate_down` is given, but not for each bottom.
    """
    flags = list(layer.parameter.propagate_down)
    if not flags:
        return list(bottoms)
    if len(flags) != len(bottoms):
        raise layer.error(
            f"propagate_down must be given for each of {len(bottoms)} bottoms, got {len(flags)}"
        )
    pairs = zip(bottoms, flags, strict=True)
    return [bottom if flag else _without_gradient(layer, bottom) for bottom, flag in pairs]


def _without_gradient(layer: Layer, bottom: Blob) -> Blob:
    return bottom.map(StopGradient(name=layer.names.helper(layer.name, "stopped")))
