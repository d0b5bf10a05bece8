"""One iteration on every replica, and many of them inside one TensorFlow call."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import tensorflow as tf

from owltf.net.net import Net
from owltf.runtime import step as replicas
from owltf.runtime.compiled import compiled
from owltf.runtime.devices import Devices
from owltf.solvers.solver import Solver


@dataclass(frozen=True)
class Ran:
    """What a call of many iterations did.

    Attributes:
        losses: the loss of each iteration that was computed.
        outputs: the net's outputs in the last of them, by blob name, in Caffe's order.
    """

    losses: Any
    outputs: Mapping[str, Any]


class TrainStep:
    """Runs iterations of a TRAIN net.

    Args:
        net: the net.
        solver: what updates its parameters.
        devices: where it runs; the nets and the solver were made in their strategy's scope.
        batches: an iterator over the net's inputs, each element a dict of global batches.
        stop: a boolean variable; the loop ends after the iteration in which it becomes true.
        allow_nan: go on after a loss that is not a number.
    """

    def __init__(
        self,
        net: Net,
        solver: Solver,
        devices: Devices,
        batches: Iterator[Any],
        stop: Any,
        *,
        allow_nan: bool = False,
    ) -> None:
        self._net, self._solver, self._devices = net, solver, devices
        self._batches, self._stop, self._allow_nan = batches, stop, allow_nan
        self._variables = [param.variable.value for param in net.params if param.is_trained]
        self._many = compiled(self._loop)
        self._forward = compiled(self._forward_once)

    def run(self, count: int) -> Ran:
        """Compute up to `count` iterations, fewer where a signal or a NaN ends them."""
        done, losses, outputs = self._many(tf.constant(count, tf.int32))
        return Ran(losses.numpy()[: int(done)], {k: v.numpy() for k, v in outputs.items()})

    def loss(self) -> float:
        """Return the loss of one more batch, and leave the net as it is.

        Caffe lets this pass move BatchNorm's statistics; here the net stays what the last snapshot
        holds.
        """
        moving = [param.variable for param in self._net.params if not param.variable.trainable]
        kept = [variable.numpy() for variable in moving]
        loss = float(self._forward().numpy())
        for variable, value in zip(moving, kept, strict=True):
            variable.assign(value)
        return loss

    def _forward_once(self) -> Any:
        batch = split(next(self._batches), self._devices)
        number = tf.cast(self._solver.iterations, tf.int64) * self._solver.iter_size
        loss = self._devices.strategy.run(self._replica_forward, args=(batch, number))
        return self._devices.strategy.experimental_local_results(loss)[0]

    def _replica_forward(self, batch: Any, number: Any) -> Any:
        return forward(self._net, batch, number, training=True)[0]

    def _loop(self, count: Any) -> Any:
        losses = tf.TensorArray(tf.float32, size=count)
        outputs = zero_outputs(self._net)

        def go_on(done: Any, losses: Any, outputs: Any, last: Any) -> Any:
            ended = tf.logical_or(self._stop.read_value(), done >= count)
            if not self._allow_nan:
                ended = tf.logical_or(ended, tf.logical_not(tf.math.is_finite(last)))
            return tf.logical_or(tf.equal(done, 0), tf.logical_not(ended))

        def body(done: Any, losses: Any, outputs: Any, last: Any) -> Any:
            loss, outputs = self._iteration()
            return done + 1, losses.write(done, loss), outputs, loss

        start = (tf.constant(0), losses, outputs, tf.constant(0.0))
        done, losses, outputs, _ = tf.while_loop(go_on, body, start)
        return done, losses.stack(), outputs

    def _iteration(self) -> tuple[Any, dict[str, Any]]:
        passes = range(self._solver.iter_size)
        batches = [split(next(self._batches), self._devices) for _ in passes]
        results = self._devices.strategy.run(self._replica_iteration, args=(batches,))
        loss, outputs = results
        return self._devices.strategy.experimental_local_results(loss)[0], {
            name: joined(self._net, name, value, self._devices) for name, value in outputs.items()
        }

    def _replica_iteration(self, batches: list[Any]) -> tuple[Any, dict[str, Any]]:
        """Run on one replica: all passes, then the update."""
        first = tf.cast(self._solver.iterations, tf.int64) * self._solver.iter_size
        losses, total = [], None
        for index, batch in enumerate(batches):
            loss, outputs, grads = self._pass(batch, first + index)
            losses.append(loss)
            total = grads if total is None else [a + b for a, b in zip(total, grads, strict=True)]
        if self._variables:
            self._solver.apply(total)
        else:
            self._solver.iterations.assign_add(1)
        return tf.add_n(losses) / len(batches), outputs

    def _pass(self, batch: dict[str, Any], number: Any) -> tuple[Any, dict[str, Any], list[Any]]:
        with tf.GradientTape() as tape:
            loss, outputs = forward(self._net, batch, number, training=True)
            # Every replica holds the global loss; their gradients are added up.
            share = loss / tf.distribute.get_replica_context().num_replicas_in_sync
        # Caffe regularises a parameter that no loss reaches, too.
        zero = tf.UnconnectedGradients.ZERO
        grads = tape.gradient(share, self._variables, unconnected_gradients=zero)
        return loss, outputs, grads


def forward(
    net: Net, batch: dict[str, Any], number: Any, *, training: bool
) -> tuple[Any, dict[str, Any]]:
    """Return the objective and the outputs of one pass, on one replica.

    Args:
        net: the net.
        batch: this replica's share of the inputs.
        number: a number that is different for each pass of a run.
        training: whether layers behave as in training.
    """
    context = tf.distribute.get_replica_context()
    current = replicas.Step(
        number,
        net.context.seed,
        int(tf.get_static_value(context.replica_id_in_sync_group)),
        context.num_replicas_in_sync,
        next((source.layer.batch_size for source in net.sources), None),
    )
    with replicas.step(current):
        outputs, losses = net.loss_model(batch, training=training)
    terms = [
        loss.weight * tf.reduce_sum(value) for loss, value in zip(net.losses, losses, strict=True)
    ]
    return (tf.add_n(terms) if terms else tf.constant(0.0)), outputs


def split(batch: Mapping[str, Any], devices: Devices) -> Any:
    """Hand a global batch over to the replicas, each its share of the rows."""
    if devices.count == 1:
        return dict(batch)

    def part(context: Any) -> dict[str, Any]:
        replica = int(context.replica_id_in_sync_group)
        return {name: _rows(value, replica, devices.count) for name, value in batch.items()}

    return devices.strategy.experimental_distribute_values_from_function(part)


def _rows(value: Any, replica: int, count: int) -> Any:
    batch = value.shape[0]
    first = replicas.first_row(batch, replica, count)
    return value[first : first + replicas.share(batch, replica, count)]


def joined(net: Net, name: str, value: Any, devices: Devices) -> Any:
    """Return an output of all replicas: their rows together, or the one number all have."""
    parts = devices.strategy.experimental_local_results(value)
    rows = net.blobs[name].shape[:1]
    return tf.concat(parts, 0) if rows and parts[0].shape[:1] != rows else parts[0]


def zero_outputs(net: Net) -> dict[str, Any]:
    """Return zeros in the shapes of a net's outputs, with an open batch: a Filter may change it."""
    return {name: _with_open_batch(tf.zeros(net.blobs[name].shape)) for name in net.outputs}


def _with_open_batch(zeros: Any) -> Any:
    shape = (None, *zeros.shape[1:]) if zeros.shape.rank else ()
    return tf.raw_ops.PlaceholderWithDefault(input=zeros, shape=shape)
