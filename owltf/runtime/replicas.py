"""Runs a net on several devices at once, each computing its share of every batch.

All use of `tf.distribute` is here, so that a run on several machines would be a change of this
file: it knows what the other processes hold, which one writes files, and when all stop.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import tensorflow as tf

from owltf.runtime.batch_rows import first_row, share
from owltf.runtime.packs import Packs

# For TensorFlow's own packs, where it makes some: between machines, and between GPUs.
_FEW_LARGE_PACKS = tf.distribute.experimental.CommunicationOptions(bytes_per_pack=32 << 20)


@dataclass(frozen=True)
class Replicas:
    """The replicas of a run, which compute each batch together.

    Attributes:
        strategy: TensorFlow's strategy; the default one for a single device.
    """

    strategy: Any

    @property
    def count(self) -> int:
        """How many replicas share a batch, those of other machines included."""
        return int(self.strategy.num_replicas_in_sync)

    @property
    def is_chief(self) -> bool:
        """Whether this process writes the files of a run and reports on it."""
        resolver = self.strategy.cluster_resolver
        if resolver is None:
            return True
        has_chief = "chief" in resolver.cluster_spec().jobs
        return (resolver.task_type, resolver.task_id) == ("chief" if has_chief else "worker", 0)

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

    def each(self, make: Callable[[int], Any]) -> Any:
        """Return a value for each replica of this process, made from the replica's number."""
        return self.strategy.experimental_distribute_values_from_function(
            lambda context: make(_number_of(context))
        )

    def split(self, batch: Mapping[str, Any], whole: Collection[str] = ()) -> Any:
        """Split a whole batch among the replicas, by the rows of every array.

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
        batch = value.shape[0]
        first = first_row(batch, replica, self.count)
        return value[first : first + share(batch, replica, self.count)]

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
        # On several machines the other processes' rows would have to be gathered here.
        parts = self.parts(value)
        whole = rows is None or parts[0].shape[0] == rows
        return parts[0] if whole else tf.concat(parts, 0)

    def agreed(self, stop: Any) -> Any:
        """Return whether any process wants to stop, as a tensor that is the same in all of them.

        Processes that compute together must end a loop after the same iteration: one that went on
        would wait for the others' gradients forever.

        Args:
            stop: a boolean variable, true if this process wants to stop.
        """
        return stop.read_value()


def replica_number() -> int:
    """Return the number of the replica whose code is being traced, 0 outside a strategy."""
    context = tf.distribute.get_replica_context()
    return 0 if context is None else _number_of(context)


def replica_count() -> int:
    """Return how many replicas run the code that is being traced, 1 outside a strategy."""
    context = tf.distribute.get_replica_context()
    return 1 if context is None else int(context.num_replicas_in_sync)


def sum_over_replicas(values: Sequence[Any]) -> Sequence[Any]:
    """Return tensors summed over all replicas; every replica must call this."""
    if replica_count() == 1 or not values:
        return values
    context = tf.distribute.get_replica_context()
    packs = Packs(values)
    total = tf.distribute.ReduceOp.SUM
    return packs.unpacked(context.all_reduce(total, packs.packed(), _FEW_LARGE_PACKS))


def _number_of(context: Any) -> int:
    number = context.replica_id_in_sync_group
    return number if isinstance(number, int) else int(tf.get_static_value(number))
