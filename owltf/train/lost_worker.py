"""Tells a worker that was lost from other failures of a run on several machines."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import tensorflow as tf

from owltf.errors import OwltfError
from owltf.runtime.replicas import Replicas

# What TensorFlow raises in a sum over machines when one of them ended, or answers no more.
_OF_A_LOST_PEER = (
    tf.errors.UnavailableError,
    tf.errors.AbortedError,
    tf.errors.CancelledError,
    tf.errors.DeadlineExceededError,
)


@contextmanager
def lost_worker(replicas: Replicas, stands: Callable[[], str]) -> Iterator[None]:
    """Raise an OwltfError where TensorFlow says that another process is gone.

    Args:
        replicas: where the run computes.
        stands: returns which snapshot stands, for the message.
    """
    try:
        yield
    except Exception as error:
        # A net's pass puts its own words around what TensorFlow raised.
        cause = error.__cause__ if isinstance(error, OwltfError) else error
        cluster = replicas.cluster
        if cluster is None or not isinstance(cause, _OF_A_LOST_PEER):
            raise
        name = cluster.named_in(str(cause)) or "another worker"
        raise OwltfError(
            f"{name} was lost, and training cannot go on without it; {stands()}; start the same "
            f"command on all machines again, with --resume"
        ) from error
