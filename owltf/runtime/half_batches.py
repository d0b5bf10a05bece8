"""Computes both halves of each batch at once on one processor, each with half of its threads."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import tensorflow as tf

from owltf.errors import OwltfError
from owltf.runtime.batch_rows import first_row, share
from owltf.runtime.devices import Devices
from owltf.runtime.lockstep import in_lockstep
from owltf.runtime.threads import threads

# More threads are not tried out.
_MOST_THREADS = 4


@dataclass(frozen=True)
class HalfBatches(Devices):
    """A processor that computes both halves of each batch at once, with the same variables.

    Threads that share an operation wait for each other at its end; with an operation for each half
    none of them waits. The figures are those of the whole batch but for the order of sums. A batch
    of one row, or of an unknown number of rows, is computed whole.
    """

    @property
    def parts_of_batch(self) -> int:
        """How many parts of a batch are computed at once."""
        return 2

    def split(self, batch: Mapping[str, Any], whole: Collection[str] = ()) -> Any:
        """Split a batch into halves, as `Replicas.split` does among replicas."""
        rows = [value.shape[0] for name, value in batch.items() if name not in whole]
        if not rows or any(each is None or each < 2 for each in rows):
            return dict(batch)
        return _Halves(
            {
                name: value if name in whole else _half(value, number)
                for name, value in batch.items()
            }
            for number in range(2)
        )

    def run(self, function: Callable[..., Any], *args: Any) -> Any:
        """Call a function for each half of the batch that `split` gave, or once for a whole one."""
        if not any(isinstance(each, _Halves) for each in tf.nest.flatten(args)):
            return function(*args)
        calls = [partial(function, *_of_half(args, number)) for number in range(2)]
        first, second = in_lockstep(calls)
        return tf.nest.map_structure(lambda *halves: _Halves(halves), first, second)

    def update(self, function: Callable[..., Any], gradients: Sequence[Any]) -> None:
        """Call a function that changes the variables, with the sums of both halves' gradients."""
        function([tf.add_n(list(map(tf.convert_to_tensor, self.parts(g)))) for g in gradients])

    def parts(self, value: Any) -> Sequence[Any]:
        """Return the value of each half, of a result of `run`; of others the value itself."""
        return value.values if isinstance(value, _Halves) else (value,)


class _Halves:
    """What both halves of a batch have; to `tf.nest` it is one value.

    Attributes:
        values: that of each half.
    """

    def __init__(self, values: Any) -> None:
        self.values = tuple(values)


def _half(rows: Any, number: int) -> Any:
    first = first_row(rows.shape[0], number, 2)
    return rows[first : first + share(rows.shape[0], number, 2)]


def _of_half(args: Any, number: int) -> Any:
    def own(value: Any) -> Any:
        return value.values[number] if isinstance(value, _Halves) else value

    return tf.nest.map_structure(own, args)


def half_batches(devices: Devices, *, is_asked: bool = False) -> Devices:
    """Return a CPU as `HalfBatches`; other devices, and one that has started, as they are.

    TensorFlow's number of threads is set for the whole process.

    Args:
        devices: what is computed on.
        is_asked: whether the user asks for it, and it is an error where it cannot be.

    Raises:
        OwltfError: if it is asked for, and cannot be.
    """
    is_cpu = devices.names == ("CPU",) and not devices.cluster
    if is_cpu and 2 <= threads() <= _MOST_THREADS and _set_threads(2, threads() // 2):
        return HalfBatches(devices.strategy, ("CPU, both halves of a batch at once",))
    if is_asked:
        names = ", ".join(devices.names)
        raise OwltfError(
            f"half batches need a CPU of 2 to {_MOST_THREADS} threads, on which TensorFlow has not "
            f"started, as the only device; there are {threads()} threads, and the devices {names}"
        )
    return devices


def _set_threads(inter_op: int, intra_op: int) -> bool:
    """Give TensorFlow these threads, and return whether it has them: it may have started."""
    config = tf.config.threading
    now = (config.get_inter_op_parallelism_threads(), config.get_intra_op_parallelism_threads())
    if any(now):
        return now == (inter_op, intra_op)
    try:
        config.set_inter_op_parallelism_threads(inter_op)
        config.set_intra_op_parallelism_threads(intra_op)
    except RuntimeError:
        return False
    return True
