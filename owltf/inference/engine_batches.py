"""Computes tensors of a net on batches with another engine than TensorFlow doing most of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import keras
import numpy as np

from owltf.convert.converter import converter_of
from owltf.keras_internals import calls_in_order, model_between
from owltf.net.net import Net
from owltf.runtime.compiled import compiled


class EngineBatches:
    """Computes blobs by an engine, and from these by TensorFlow what is asked for.

    Losses and metrics are TensorFlow's, and so is what a tool makes of a blob, such as a softmax.

    Args:
        net: the net.
        outputs: Keras tensors of it, in a structure of dicts and lists.
        names: the blobs that the outputs are computed from.
        run: computes those of them that are no inputs, from arrays by name.
    """

    def __init__(self, net: Net, outputs: Any, names: list[str], run: Any) -> None:
        self._net, self._names, self._run = net, names, run
        inputs = [net.blobs[name].tensor for name in names]
        taken = {id(tensor) for tensor in inputs}

        def made(tensor: Any) -> Any:
            # Keras knows no output that is an input made by a layer.
            return keras.layers.Identity()(tensor) if id(tensor) in taken else tensor

        self._model = model_between(inputs, keras.tree.map_structure(made, outputs))
        self._rest = compiled(lambda values: self._model(values, training=False))

    def __call__(self, inputs: Mapping[str, Any]) -> Any:
        """Return the outputs for a batch of inputs by name, as tensors."""
        arrays = {name: np.asarray(value, np.float32) for name, value in inputs.items()}
        made = {**arrays, **self._run(arrays)}
        blobs = self._net.blobs
        return self._rest([blobs[name].value_of_caffe(made[name]) for name in self._names])


def engine_batches(net: Net, outputs: Any) -> EngineBatches | None:
    """Return what computes Keras tensors of a net by its engine; None if TensorFlow does it.

    Args:
        net: the net, loaded with an engine or without.
        outputs: Keras tensors of it, in a structure of dicts and lists.

    Raises:
        OwltfError: if the engine was named and cannot do it.
    """
    other = net.context.other_engine
    if other is None:
        return None
    names = list(dict.fromkeys(_made_from(net, outputs)))
    run = other(net, [name for name in names if name not in net.inputs])
    return None if run is None else EngineBatches(net, outputs, names, run)


def _made_from(net: Net, outputs: Any) -> Iterator[str]:
    """Yield the last blobs that no loss or metric makes, of those that outputs come from."""
    model = net.model_of_tensors(outputs)
    makers = {id(tensor): call for call in calls_in_order(model) for tensor in call.outputs}
    stops = {id(net.blobs[name].tensor): name for name in _computed(net)}
    left, seen = list(model.outputs), set[int]()
    while left:
        tensor = left.pop()
        if id(tensor) in stops:
            yield stops[id(tensor)]
        elif id(tensor) not in seen:
            seen.add(id(tensor))
            left += makers[id(tensor)].inputs


def _computed(net: Net) -> Iterator[str]:
    for layer in net.graph.layers:
        converter = converter_of(layer.parameter, net.context.registry)
        if not (converter.is_loss or converter.is_judge):
            yield from layer.parameter.top
