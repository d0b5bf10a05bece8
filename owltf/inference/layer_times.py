"""Measures how long a net's layers take, forward and backward, as Caffe's `time` does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np
import tensorflow as tf

from owltf.net.layer_pass import LayerPass
from owltf.net.multiply_adds import multiply_adds
from owltf.net.net import Net
from owltf.net.net_layer import NetLayer
from owltf.net.segment_blobs import SegmentBlobs, laid_out
from owltf.runtime.compiled import compiled
from owltf.runtime.recurrent_state import with_recurrent_state
from owltf.stop_flag import check_stopped

_BYTES = 4


@dataclass(frozen=True)
class LayerTime:
    """What a layer, or a whole net, costs for one batch.

    Attributes:
        name: the layer's name.
        type: its type.
        forward: milliseconds of the forward pass; None if it has none of its own, as data layers.
        backward: milliseconds more that a pass with gradients takes; None if it computes none.
        params: how many values its parameters have.
        multiply_adds: how many its weights take part in.
        memory: the bytes of its tops.
    """

    name: str
    type: str
    forward: float | None
    backward: float | None
    params: int
    multiply_adds: int
    memory: int


def net_inputs(net: Net) -> dict[str, Any]:
    """Return a batch for a net: its own data, or else random images with labels of 0.

    Raises:
        OwltfError: if its data cannot be read.
    """
    fed = SegmentBlobs(net.layers).fed
    rng = np.random.default_rng(0)
    arrays = {name: _made_up(rng, blob.shape) for name, blob in fed.items()}
    if net.sources:
        arrays.update(next(net.batches()))
    return laid_out(fed, {name: tf.constant(array) for name, array in arrays.items()})


def _made_up(rng: np.random.Generator, shape: Sequence[int]) -> np.ndarray:
    if len(shape) < 2:
        return np.zeros(shape, np.float32)
    return rng.random(shape, np.float32)


def layer_times(net: Net, inputs: Mapping[str, Any], iterations: int) -> Iterator[LayerTime]:
    """Yield what each layer costs, measured by itself on the blobs that a pass leaves.

    Args:
        net: the net.
        inputs: a batch, of `net_inputs`.
        iterations: how many passes the times are medians of.
    """
    training = net.phase == "TRAIN"
    values, learned = dict(inputs), set[str]()
    for layer, of_graph in zip(net.layers, net.graph.layers, strict=True):
        forward = backward = None
        if not layer.is_fed and not layer.is_effect:
            timed = _Timed(layer, training, [values[blob.name] for blob in layer.bottoms])
            forward, tops = timed.forward(iterations)
            wanted = [blob.name in learned for blob in layer.bottoms]
            if timed.has_gradient(wanted):
                learned.update(blob.name for blob in layer.named_tops)
                both = timed.both(wanted, iterations)
                backward = None if both is None else max(0.0, both - forward)
            values.update(zip([blob.name for blob in layer.named_tops], tops, strict=False))
        yield _of(layer, of_graph.parameter.type, forward, backward)


def whole_time(
    net: Net, inputs: Mapping[str, Any], iterations: int, layers: Sequence[LayerTime]
) -> LayerTime:
    """Return what the whole net costs: its time measured in one piece, the rest summed up.

    Args:
        net: the net.
        inputs: a batch, of `net_inputs`.
        iterations: how many passes the times are medians of.
        layers: what its layers cost.
    """
    run = _Whole(net)
    forward = _milliseconds(compiled(with_recurrent_state(run.forward)), inputs, iterations)
    backward = None
    if run.variables:
        both = _milliseconds(compiled(with_recurrent_state(run.both)), inputs, iterations)
        backward = max(0.0, both - forward)
    return LayerTime(
        net.name,
        "",
        forward,
        backward,
        sum(prod(param.shape) for param in net.params),
        sum(each.multiply_adds for each in layers),
        sum(each.memory for each in layers),
    )


def _of(layer: NetLayer, kind: str, forward: float | None, backward: float | None) -> LayerTime:
    weights = [param.shape for param in layer.params]
    tops = [blob.shape for blob in layer.tops]
    work = multiply_adds(kind, weights, layer.bottoms[0].shape, tops[0]) if layer.bottoms else 0
    params, memory = sum(map(prod, weights)), _BYTES * sum(map(prod, tops))
    return LayerTime(layer.name, kind, forward, backward, params, work, memory)


class _Timed:
    """One layer, to be run on the same bottoms again and again."""

    def __init__(self, layer: NetLayer, training: bool, bottoms: list[Any]) -> None:
        self._layer, self._training, self._bottoms = layer, training, bottoms
        self._variables = [each.variable.value for each in layer.params if each.is_trained]

    def forward(self, iterations: int) -> tuple[float, list[Any]]:
        """Return the milliseconds of a forward pass, and the tops."""
        run = compiled(with_recurrent_state(self._run))
        return _milliseconds(run, self._bottoms, iterations), run(self._bottoms)

    def has_gradient(self, wanted: Sequence[bool]) -> bool:
        """Return whether a parameter, or a bottom that is wanted, gets a gradient."""
        return bool(self._variables) or any(wanted)

    def both(self, wanted: Sequence[bool], iterations: int) -> float | None:
        """Return the milliseconds of a forward and backward pass; None if no gradient arrives."""
        run = compiled(with_recurrent_state(self._run_both), wanted=tuple(wanted))
        _, grads = run(self._bottoms)
        if all(grad is None for grad in grads):
            return None
        return _milliseconds(run, self._bottoms, iterations)

    def _run(self, bottoms: list[Any]) -> list[Any]:
        return self._layer(bottoms, training=self._training)

    def _run_both(self, bottoms: list[Any], wanted: Sequence[bool]) -> Any:
        chosen = [bottom for bottom, is_wanted in zip(bottoms, wanted, strict=True) if is_wanted]
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            for each in (*chosen, *self._variables):
                tape.watch(each)
            tops = self._run(bottoms)
        return tops, tape.gradient(tops, [*chosen, *self._variables])


class _Whole:
    """All layers of a net, as one function of its inputs."""

    def __init__(self, net: Net) -> None:
        self._layers = [layer for layer in net.layers if not layer.is_effect]
        self._training = net.phase == "TRAIN"
        self._untaken = SegmentBlobs(self._layers).untaken
        self.variables = [each.variable.value for each in net.params if each.is_trained]

    def forward(self, inputs: Mapping[str, Any]) -> Any:
        """Return the net's outputs."""
        values = self._pass(inputs)
        return [values.after[name] for name in self._untaken], values.objective({})

    def both(self, inputs: Mapping[str, Any]) -> Any:
        """Return the objective and the gradients of the parameters; outputs count in a net without.

        A loss starts from its weight, as in training.
        """
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            for each in self.variables:
                tape.watch(each)
            values = self._pass(inputs)
            loss = values.objective({})
            if not any(weight for layer in self._layers for weight in layer.loss_weights):
                loss += tf.add_n([tf.reduce_sum(values.after[name]) for name in self._untaken])
        return loss, tape.gradient(loss, self.variables)

    def _pass(self, inputs: Mapping[str, Any]) -> LayerPass:
        values = LayerPass(inputs, self._training)
        values.run(self._layers)
        return values


def _milliseconds(run: Callable[[Any], Any], given: Any, iterations: int) -> float:
    """Return the time of a call; the first one, which compiles, does not count."""
    run(given)
    # A machine that does other work disturbs the median least.
    return median(_once(run, given) for _ in range(iterations))


def _once(run: Callable[[Any], Any], given: Any) -> float:
    check_stopped()
    tf.test.experimental.sync_devices()
    start = perf_counter()
    run(given)
    tf.test.experimental.sync_devices()
    return 1000 * (perf_counter() - start)
