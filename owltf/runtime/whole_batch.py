"""Gathers the whole batch on every replica, for layers that cannot compute on a part of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import tensorflow as tf

from owltf.runtime.batch_rows import blob_rows
from owltf.runtime.global_sum import global_sum, replicas_of_batch
from owltf.runtime.replicas import replica_number
from owltf.runtime.step import current_step


def own_rows(rows: int) -> tuple[int, int]:
    """Return where this replica's rows of a blob begin, and how many they are.

    Args:
        rows: the blob's rows on all replicas together.
    """
    step = current_step()
    return blob_rows(rows, step.batch if step else None, replica_number(), replicas_of_batch())


def own(whole: Any) -> Any:
    """Return this replica's rows of a tensor."""
    if replicas_of_batch() == 1:
        return whole
    first, count = own_rows(whole.shape[0])
    return whole[first : first + count]


def padded(rows: Any, count: int) -> Any:
    """Return this replica's rows with zeros for all others; the sum over replicas is the whole.

    Args:
        rows: this replica's rows.
        count: how many rows the whole has.
    """
    first, own_count = own_rows(count)
    around = [(first, count - first - own_count), *[(0, 0)] * (len(rows.shape) - 1)]
    return tf.ensure_shape(tf.pad(rows, around), (count, *rows.shape[1:]))


def gathered(tensors: Sequence[Any], rows: Sequence[int | None]) -> Sequence[Any]:
    """Return tensors with the rows of all replicas.

    Args:
        tensors: this replica's rows of each; or a copy that every replica has.
        rows: how many rows each tensor has in all; None where every replica has a copy.
    """
    if replicas_of_batch() == 1:
        return tensors
    pairs = list(zip(tensors, rows, strict=True))
    sums = iter(global_sum(*(padded(tensor, count) for tensor, count in pairs if count)))
    return [next(sums) if count else tensor for tensor, count in pairs]


def once(
    compute: Callable[[], Sequence[Any]], shapes: Sequence[Sequence[int | None]]
) -> Sequence[Any]:
    """Compute something on the first replica only, and return it on all of them.

    Args:
        compute: returns float32 tensors.
        shapes: the shapes of these.
    """
    if replicas_of_batch() == 1:
        return compute()
    return global_sum(*(tf.zeros(shape) for shape in shapes) if replica_number() else compute())
