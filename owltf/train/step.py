"""Computes training iterations on all replicas, many of them in one TensorFlow call."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import tensorflow as tf

from owltf.net.net import Net
from owltf.runtime.compiled import compiled
from owltf.runtime.replicas import Replicas
from owltf.solvers.solver import Solver
from owltf.train.loss_scale import LossScale
from owltf.train.replica_pass import forward, zero_outputs
from owltf.train.train_iteration import TrainIteration


@dataclass(frozen=True)
class Ran:
    """The results of the iterations that one call computed.

    Attributes:
        losses: the loss of each iteration that was computed.
        outputs: the net's outputs in the last iteration, by blob name, in Caffe's order.
    """

    losses: Any
    outputs: Mapping[str, Any]


class TrainStep:
    """Runs iterations of a TRAIN net.

    Args:
        net: the net.
        solver: what updates its parameters.
        replicas: where it runs; the nets and the solver were made in their scope.
        batches: an iterator over the net's inputs, each element a dict of global batches.
        stop: a boolean variable; the loop ends after the iteration in which it becomes true.
        allow_nan: go on after a loss that is not a number.
        loss_scale: what the loss is multiplied by for float16; None for other types.
        debug_info: print the norms of blobs, gradients and updates.
    """

    def __init__(
        self,
        net: Net,
        solver: Solver,
        replicas: Replicas,
        batches: Iterator[Any],
        stop: Any,
        *,
        allow_nan: bool = False,
        loss_scale: LossScale | None = None,
        debug_info: bool = False,
    ) -> None:
        self._net, self._solver, self._replicas = net, solver, replicas
        self._batches, self._stop, self._allow_nan = batches, stop, allow_nan
        self._iteration = TrainIteration(
            net, solver, replicas, loss_scale=loss_scale, debug_info=debug_info
        )
        # Read by reports from other threads, while a loop runs.
        self._loss = tf.Variable(math.nan, trainable=False, name="loss")
        self._many = compiled(self._loop)
        self._forward = compiled(self._forward_once)

    def run(self, count: int) -> Ran:
        """Compute up to `count` iterations, fewer where a signal or a NaN ends them."""
        with self._net.pass_errors():
            done, losses, outputs = self._many(tf.constant(count, tf.int32))
        return Ran(losses.numpy()[: int(done)], {k: v.numpy() for k, v in outputs.items()})

    def current_loss(self) -> float:
        """Return the loss of the last iteration; NaN before the first."""
        return float(self._loss.numpy())

    def loss(self) -> float:
        """Return the loss of one more batch; as in Caffe, the pass moves BatchNorm's statistics."""
        with self._net.pass_errors():
            return float(self._forward().numpy())

    @contextmanager
    def kept_statistics(self) -> Iterator[None]:
        """Give BatchNorm's statistics back the values they had, whatever is computed inside."""
        moving = [param.variable for param in self._net.params if not param.variable.trainable]
        kept = [variable.numpy() for variable in moving]
        yield
        for variable, value in zip(moving, kept, strict=True):
            variable.assign(value)

    def _forward_once(self) -> Any:
        batch = self._replicas.split(next(self._batches), self._net.whole_inputs)
        number = tf.cast(self._solver.iterations, tf.int64) * self._solver.iter_size
        return self._replicas.first(self._replicas.run(self._replica_forward, batch, number))

    def _replica_forward(self, batch: Any, number: Any) -> Any:
        return forward(self._net, batch, number, training=True)[0]

    def _loop(self, count: Any) -> Any:
        losses = tf.TensorArray(tf.float32, size=count)
        outputs = zero_outputs(self._net)

        def go_on(done: Any, losses: Any, outputs: Any, last: Any) -> Any:
            ended = tf.logical_or(self._replicas.agreed(self._stop), done >= count)
            if not self._allow_nan:
                ended = tf.logical_or(ended, tf.logical_not(tf.math.is_finite(last)))
            return tf.logical_or(tf.equal(done, 0), tf.logical_not(ended))

        def body(done: Any, losses: Any, outputs: Any, last: Any) -> Any:
            loss, outputs = self._iteration.run(self._batches)
            self._loss.assign(loss)
            return done + 1, losses.write(done, loss), outputs, loss

        start = (tf.constant(0), losses, outputs, tf.constant(0.0))
        done, losses, outputs, _ = tf.while_loop(go_on, body, start)
        return done, losses.stack(), outputs
