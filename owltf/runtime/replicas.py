"""Runs a net on several devices at once, each computing its share of every batch.

All use of `tf.distribute` is here: this file knows what the other processes hold, which one writes
files, and when all stop.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import tensorflow as tf

from owltf.runtime.batch_rows import BatchShare, first_row, share
from owltf.runtime.cluster import Cluster
from owltf.runtime.compiled import compiled
from owltf.runtime.lockstep import current_part
from owltf.runtime.packs import Packs

# For TensorFlow's own packs, where it makes some: between machines, and between GPUs.
_FEW_LARGE_PACKS = tf.distribute.experimental.CommunicationOptions(bytes_per_pack=32 << 20)


@dataclass(frozen=True)
class Replicas:
    """The replicas of a run, which compute each batch together.

    Attributes:
        strategy: TensorFlow's strategy; the default one for a single device.
        cluster: the processes on all machines; None if this one is alone.
    """

    strategy: Any
    cluster: Cluster | None = field(default=None, kw_only=True)

    @property
    def count(self) -> int:
        """How many replicas share a batch, those of other machines included."""
        return int(self.strategy.num_replicas_in_sync)

    @property
    def parts_of_batch(self) -> int:
        """How many parts of a batch are computed at once; the last bits of sums depend on it."""
        return self.count

    @property
    def is_chief(self) -> bool:
        """Whether this process writes the files of a run and reports on it."""
        return self.cluster is None or self.cluster.is_chief

    @property
    def local_count(self) -> int:
        """How many replicas there are on this machine."""
        return self.count // (len(self.cluster.addresses) if self.cluster else 1)

    @property
    def share(self) -> BatchShare:
        """The share of each batch that this process computes."""
        if self.cluster is None:
            return BatchShare()
        local = self.local_count
        return BatchShare(self.cluster.index * local, local, self.count)

    def scope(self) -> AbstractContextManager[Any]:
        """Return the context in which variables are made so that each replica has a copy."""
        scope: AbstractContextManager[Any] = self.strategy.scope()
        return scope

    def run(self, function: Callable[..., Any], *args: Any) -> Any:
        """Call a function on each replica; `parts`, `first` and `joined` read what it returns.

        Args:
            function: the function.
            *args: its arguments: what `split` or `each` gave, or the same value for all.
        """
        return self.strategy.run(function, args=args)

    def update(self, function: Callable[..., Any], gradients: Sequence[Any]) -> None:
        """Call a function that changes the variables, on each replica.

        Args:
            function: the function; it adds the replicas' gradients up.
            gradients: what a function that `run` called returned.
        """
        self.run(function, gradients)

    def each(self, make: Callable[[int], Any]) -> Any:
        """Return a value for each replica of this process, made from the replica's number."""
        return self.strategy.experimental_distribute_values_from_function(
            lambda context: make(_number_of(context))
        )

    def split(self, batch: Mapping[str, Any], whole: Collection[str] = ()) -> Any:
        """Split this process's rows of a batch among its replicas, by the rows of every array.

        Args:
            batch: the arrays by name.
            whole: the names of those that each replica gets whole.
        """
        if self.count == 1:
            return dict(batch)
        return self.each(
            lambda replica: {
                name: value if name in whole else self._rows(value, replica)
                for name, value in batch.items()
            }
        )

    def _rows(self, value: Any, replica: int) -> Any:
        # The larger shares come first, so those of some replicas are split as those of all are.
        rows, local, place = value.shape[0], self.local_count, replica - self.share.first
        first = first_row(rows, place, local)
        return value[first : first + share(rows, place, local)]

    def parts(self, value: Any) -> Sequence[Any]:
        """Return the value on each replica of this process, of a result of `run` or a variable."""
        parts: Sequence[Any] = self.strategy.experimental_local_results(value)
        return parts

    def first(self, value: Any) -> Any:
        """Return the one value that all replicas hold."""
        return self.parts(value)[0]

    def joined(self, value: Any, rows: int | None) -> Any:
        """Return the whole of a blob: the rows of all replicas, or the copy that each one holds.

        Args:
            value: a result of `run`.
            rows: how many rows the whole blob has; None for a blob without axes.
        """
        parts = self.parts(value)
        if rows is None or parts[0].shape[0] == rows:
            return parts[0]
        return self.gathered(value) if self.cluster else tf.concat(parts, 0)

    def gathered(self, value: Any) -> Any:
        """Return the rows of the replicas of all processes, one replica after the other."""
        return self.strategy.gather(value, 0)

    def agreed(self, stop: Any) -> Any:
        """Return whether any process wants to stop, as a tensor that is the same in all of them.

        Processes that compute together must end a loop after the same iteration: one that went on
        would wait for the others' gradients forever.

        Args:
            stop: a boolean variable, true if this process wants to stop.
        """
        if self.cluster is None:
            return stop.read_value()
        asks = self.run(lambda: tf.cast(stop.read_value(), tf.int32))
        return self.strategy.reduce(tf.distribute.ReduceOp.SUM, asks, axis=None) > 0

    def of_all(self, number: int) -> list[int]:
        """Return a whole number of each process, in their order; all processes must call this."""
        if self.cluster is None:
            return [number]
        numbers: list[int] = self._exchange(tf.constant(number, tf.int64)).numpy().tolist()
        return numbers

    @cached_property
    def _exchange(self) -> Any:
        cluster = self.cluster
        assert cluster is not None

        def own(number: Any) -> Any:
            places = tf.range(len(cluster.addresses))
            is_told = tf.equal(places, cluster.index) & (replica_number() == self.share.first)
            return sum_over_replicas([tf.where(is_told, number, 0)])[0]

        return compiled(lambda number: self.first(self.run(own, number)))


def replica_number() -> int:
    """Return the number of the replica whose code is being traced, 0 outside a strategy."""
    if part := current_part():
        return part.number
    context = tf.distribute.get_replica_context()
    return 0 if context is None else _number_of(context)


def replica_count() -> int:
    """Return how many replicas run the code that is being traced, 1 outside a strategy."""
    if part := current_part():
        return part.count
    context = tf.distribute.get_replica_context()
    return 1 if context is None else int(context.num_replicas_in_sync)


def sum_over_replicas(values: Sequence[Any]) -> Sequence[Any]:
    """Return tensors summed over all replicas; every replica must call this."""
    if replica_count() == 1 or not values:
        return values
    if part := current_part():
        return part.summed(values)
    context = tf.distribute.get_replica_context()
    packs = Packs(values)
    total = tf.distribute.ReduceOp.SUM
    return packs.unpacked(context.all_reduce(total, packs.packed(), _FEW_LARGE_PACKS))


def _number_of(context: Any) -> int:
    number = context.replica_id_in_sync_group
    return number if isinstance(number, int) else int(tf.get_static_value(number))
