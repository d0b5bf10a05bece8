"""TrainIteration: one iteration on all replicas, its passes, their gradients and the update."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import tensorflow as tf

from owltf.net.net import Net
from owltf.runtime.replicas import Replicas, sum_over_replicas
from owltf.solvers.solver import Solver
from owltf.train.debug_info import DebugInfo
from owltf.train.loss_scale import LossScale
from owltf.train.recompute import RecomputedPass
from owltf.train.replica_pass import forward, joined_outputs, own_share


class TrainIteration:
    """Computes `iter_size` passes of a TRAIN net forward and backward, then an update.

    Args:
        net: the net.
        solver: what updates its parameters.
        replicas: where it runs.
        loss_scale: what the loss is multiplied by for float16; None for other types.
        debug_info: print the norms of blobs, gradients and updates.
    """

    def __init__(
        self,
        net: Net,
        solver: Solver,
        replicas: Replicas,
        *,
        loss_scale: LossScale | None = None,
        debug_info: bool = False,
    ) -> None:
        self._net, self._solver, self._replicas = net.prepared(), solver, replicas
        self._scale = loss_scale
        self._variables = [param.variable.value for param in net.params if param.is_trained]
        self._debug = DebugInfo(net) if debug_info else None
        recompute = net.context.recompute
        self._recomputed = RecomputedPass(net, self._variables) if recompute else None

    def run(self, batches: Iterator[Any]) -> tuple[Any, dict[str, Any]]:
        """Compute an iteration; called while TensorFlow traces it.

        Args:
            batches: an iterator over the net's inputs.

        Returns:
            The mean loss of its passes, and the outputs of the last one.
        """
        passes = range(self._solver.iter_size)
        parts = [self._replicas.split(next(batches), self._net.whole_inputs) for _ in passes]
        iteration = self._scaled_iteration if self._scale else self._plain_iteration
        loss, outputs = iteration(parts)
        return self._replicas.first(loss), joined_outputs(self._net, outputs, self._replicas)

    def _plain_iteration(self, batches: list[Any]) -> Any:
        loss, outputs, grads = self._replicas.run(self._gradients, batches)
        self._replicas.update(self._update, grads)
        return loss, outputs

    def _scaled_iteration(self, batches: list[Any]) -> Any:
        """Compute one iteration, without the update if a gradient overflowed."""
        loss, outputs, grads, are_finite = self._replicas.run(self._scaled_gradients, batches)
        is_finite = self._replicas.first(are_finite)

        def update() -> Any:
            self._replicas.update(self._update, grads)
            return tf.constant(0)

        def pass_over() -> Any:
            self._replicas.run(self._pass_over)
            return tf.constant(0)

        tf.cond(is_finite, update, pass_over)
        cast(LossScale, self._scale).adjust(is_finite)
        return loss, outputs

    def _scaled_gradients(self, batches: list[Any]) -> Any:
        factor = cast(LossScale, self._scale).factor.read_value()
        loss, outputs, total = self._gradients(batches, factor)
        grads = [grad / factor for grad in total]
        bad = [tf.reduce_any(tf.logical_not(tf.math.is_finite(grad))) for grad in grads]
        (replicas,) = sum_over_replicas(
            [tf.cast(tf.reduce_any(tf.stack(bad or [False])), tf.int32)]
        )
        return loss, outputs, grads, tf.equal(replicas, 0)

    def _update(self, gradients: list[Any]) -> None:
        before = self._debug.values() if self._debug else []
        self._solver.apply_trained(gradients)
        if self._debug:
            self._debug.print_update(before)

    def _pass_over(self) -> None:
        """Count an iteration that changes no weights."""
        self._solver.iterations.assign_add(1)

    def _gradients(
        self, batches: list[Any], factor: Any = None
    ) -> tuple[Any, dict[str, Any], list[Any]]:
        """Return the mean loss of all passes, the last one's outputs, and the sum of gradients.

        Args:
            batches: this replica's share of the batch of each pass.
            factor: what the loss is multiplied by for the gradients.
        """
        first = tf.cast(self._solver.iterations, tf.int64) * self._solver.iter_size
        losses: list[Any] = []
        total: list[Any] = []
        for index, batch in enumerate(batches):
            if self._debug:
                self._debug.print_pass(batch, first + index)
            loss, outputs, grads = self._pass(batch, first + index, factor)
            losses.append(loss)
            total = [a + b for a, b in zip(total, grads, strict=True)] if total else grads
        return tf.add_n(losses) / len(batches), outputs, total

    def _pass(
        self, batch: dict[str, Any], number: Any, factor: Any
    ) -> tuple[Any, dict[str, Any], list[Any]]:
        if self._recomputed:
            return self._recomputed(batch, number, factor)
        # Only what lies above the lowest blob that is trained is recorded, and differentiated.
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            for variable in self._variables:
                tape.watch(variable)
            loss, outputs = forward(self._net, batch, number, training=True)
            share = own_share(loss) if factor is None else own_share(loss) * factor
        # Caffe regularises a parameter that no loss depends on, too.
        zero = tf.UnconnectedGradients.ZERO
        grads = tape.gradient(share, self._variables, unconnected_gradients=zero)
        return loss, outputs, grads
