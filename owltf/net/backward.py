"""Computes the gradients of some consecutive layers of a net."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow as tf

from owltf.convert.params import Param
from owltf.net.layer_pass import LayerPass
from owltf.net.segment_blobs import SegmentBlobs, in_caffe_order, laid_out


@dataclass(frozen=True)
class Gradients:
    """The gradients that a backward pass computed, in Caffe's order; zeros where none arrives.

    Attributes:
        blobs: the gradient of each blob asked for, by name. As in Caffe's memory, a blob that
            in-place layers change has the gradient of what it was before them.
        params: the gradient of each parameter blob, by the layer's name.
        outputs: the outputs of the pass that was differentiated, by name.
    """

    blobs: Mapping[str, np.ndarray]
    params: Mapping[str, list[np.ndarray]]
    outputs: Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Backward:
    """Computes gradients of consecutive layers, inside a TensorFlow graph.

    Attributes:
        blobs: the layers and their blobs.
        training: whether layers behave as in training.
        wanted: the blobs whose gradients are wanted.
        params: the parameter blobs whose gradients are wanted, by layer.
    """

    blobs: SegmentBlobs
    training: bool
    wanted: Sequence[str]
    params: Mapping[str, Sequence[Param]]

    def __call__(self, given: tuple[Mapping[str, Any], Mapping[str, Any]]) -> tuple[Any, Any, Any]:
        """Return the gradients of blobs and of parameters, and the outputs, each by name.

        Args:
            given: the input arrays, and the gradients of tops to start from, in Caffe's order.
        """
        fed, top_grads = laid_out(self.blobs.fed, given[0]), laid_out(self.blobs.after, given[1])
        layers = [layer for layer in self.blobs.layers if not layer.is_effect]
        with _restored(self._statistics()), tf.GradientTape() as tape:
            tape.watch(fed)
            values = LayerPass(fed, self.training)
            values.run(layers)
            objective = values.objective(top_grads)
        sources = {name: values.before[name] for name in self.wanted}
        of_blobs, of_params = tape.gradient(
            objective,
            (sources, {name: _variables(params) for name, params in self.params.items()}),
            unconnected_gradients=tf.UnconnectedGradients.ZERO,
        )
        return (
            in_caffe_order(self.blobs.before, of_blobs, self.wanted),
            tf.nest.map_structure(tf.convert_to_tensor, of_params),
            in_caffe_order(self.blobs.after, values.after, self.blobs.untaken),
        )

    def _statistics(self) -> list[Any]:
        """Return the variables that a pass changes, such as BatchNorm's moving averages."""
        params = [param for layer in self.blobs.layers for param in layer.params]
        return _variables([param for param in params if not param.variable.trainable])


def _variables(params: Sequence[Param]) -> list[Any]:
    return [param.variable.value for param in params]


@contextmanager
def _restored(variables: Sequence[Any]) -> Iterator[None]:
    """Restore the values of variables after the pass that is computed inside."""
    kept = [variable.read_value() for variable in variables]
    yield
    for variable, value in zip(variables, kept, strict=True):
        variable.assign(value)
