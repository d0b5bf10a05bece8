"""Prints what Caffe's `debug_info` does: mean absolute values of blobs, gradients and updates."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any

import tensorflow as tf

from owltf.net.channels_last import in_caffe_order
from owltf.net.net import Net
from owltf.net.net_layer import NetLayer
from owltf.runtime.replicas import replica_number
from owltf.runtime.step import step
from owltf.train.replica_pass import current_pass, own_share


class DebugInfo:
    """Prints, inside a TensorFlow graph, lines of each iteration on the first replica.

    A pass is computed a second time for it, with the same draws, and leaves no trace: statistics
    and what recurrent layers carry are put back.

    Args:
        net: the TRAIN net.
    """

    def __init__(self, net: Net) -> None:
        self._net = net
        self._layers = [layer for layer in net.layers if not layer.is_effect]
        self._trained = [param for param in net.params if param.is_trained]
        names = {id(each.variable) for each in self._trained}
        self._learns = {
            layer.name: [param for param in layer.params if id(param.variable) in names]
            for layer in self._layers
        }

    def print_pass(self, batch: Mapping[str, Any], number: Any) -> None:
        """Print the lines of a forward and a backward pass."""
        changed = _changed(self._net)
        kept = [variable.read_value() for variable in changed]
        variables = [param.variable.value for param in self._trained]
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            for variable in variables:
                tape.watch(variable)
            with step(current_pass(self._net, number)):
                bottoms, loss = self._forward(batch)
            share = own_share(loss)
        for variable, value in zip(changed, kept, strict=True):
            variable.assign(value)
        flat = [each for _, several in bottoms for each in several]
        grads = tape.gradient(share, [flat, variables])
        self._backward(bottoms, iter(grads[0]), grads[1])

    def _forward(self, batch: Mapping[str, Any]) -> tuple[list[tuple[NetLayer, list[Any]]], Any]:
        values = in_caffe_order(batch, self._net.channels_last)
        taken, terms = [], [tf.zeros(())]
        for layer in self._layers:
            if layer.is_fed:
                tops = [values[blob.name] for blob in layer.tops]
            else:
                # A copy of its own tells the gradient that comes from this layer alone.
                bottoms = [tf.identity(values[blob.name]) for blob in layer.bottoms]
                tops = layer(bottoms, training=True)
                taken.append((layer, bottoms))
            for blob, value, weight in zip(layer.tops, tops, layer.loss_weights, strict=True):
                _print(f"[Forward] Layer {layer.name}, top blob {blob.name} data:", _mean(value))
                if weight:
                    terms.append(weight * tf.reduce_sum(value))
            values.update(zip([blob.name for blob in layer.named_tops], tops, strict=False))
            for param in layer.params:
                value = _mean(param.variable.value)
                _print(f"[Forward] Layer {layer.name}, param blob {param.index} data:", value)
        return taken, tf.add_n(terms)

    def _backward(
        self, bottoms: list[tuple[NetLayer, list[Any]]], of_bottoms: Any, of_params: Sequence[Any]
    ) -> None:
        pairs = [(layer, [next(of_bottoms) for _ in several]) for layer, several in bottoms]
        known = {id(p.variable): g for p, g in zip(self._trained, of_params, strict=True)}
        for layer, grads in reversed(pairs):
            for blob, grad in zip(layer.bottoms, grads, strict=True):
                if grad is not None:
                    what = f"[Backward] Layer {layer.name}, bottom blob {blob.name} diff:"
                    _print(what, _mean(grad))
            for param in self._learns[layer.name]:
                grad = known[id(param.variable)]
                if grad is not None:
                    what = f"[Backward] Layer {layer.name}, param blob {param.index} diff:"
                    _print(what, _mean(grad))
        _print_norms([param.variable.value for param in self._net.params], of_params)

    def values(self) -> list[Any]:
        """Return the values of the blobs that are trained."""
        return [tf.identity(param.variable.value) for param in self._trained]

    def print_update(self, before: Sequence[Any]) -> None:
        """Print the lines of an update.

        Args:
            before: what `values` returned before it.
        """
        for param, old, new in zip(self._trained, before, self.values(), strict=True):
            _print(
                f"[Update] Layer {param.layer}, param {param.index} data:",
                _mean(old),
                "; diff: ",
                _mean(old - new),
            )


def _changed(net: Net) -> list[Any]:
    """Return the variables that a pass changes."""
    statistics = [each.variable.value for each in net.params if not each.variable.trainable]
    layers = [layer for layer in net.loss_model.layers if hasattr(layer, "recurrent_state")]
    return [*statistics, *(each for layer in layers for each in layer.recurrent_state.variables)]


def _mean(value: Any) -> Any:
    return _text(tf.reduce_mean(tf.abs(tf.cast(value, tf.float32))))


def _text(number: Any) -> Any:
    return tf.strings.as_string(number, precision=6, shortest=True)


def _print_norms(data: Sequence[Any], grads: Sequence[Any]) -> None:
    there = [grad for grad in grads if grad is not None]
    one = [_text(_l1(each)) for each in (data, there)]
    two = [
        _text(tf.linalg.global_norm([tf.convert_to_tensor(v) for v in each] or [0.0]))
        for each in (data, there)
    ]
    what = "[Backward] All net params (data, diff): L1 norm = ("
    _print(what, one[0], ", ", one[1], "); L2 norm = (", two[0], ", ", two[1], ")", gap="")


def _l1(values: Sequence[Any]) -> Any:
    return tf.add_n([tf.zeros(()), *(tf.reduce_sum(tf.abs(value)) for value in values)])


def _print(what: str, *parts: Any, gap: str = " ") -> None:
    if replica_number() == 0:
        line = tf.strings.join(["    ", what, gap, *parts])
        tf.print(line, output_stream=sys.stderr)
