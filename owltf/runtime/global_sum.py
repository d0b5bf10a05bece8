"""Sums over all replicas that share a batch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from owltf.runtime.replicas import replica_count, sum_over_replicas
from owltf.runtime.step import current_step


def replicas_of_batch() -> int:
    """Return how many replicas share the batch that is being computed."""
    current = current_step()
    return replica_count() if current is None else current.replicas


def global_sum(*values: Any) -> Sequence[Any]:
    """Return each value summed over all replicas, so that N replicas compute what one does.

    Whatever mixes samples (a loss's normaliser, a count of correct ones) needs this. The gradient
    is summed as well.
    """
    return values if replicas_of_batch() == 1 else sum_over_replicas(values)
