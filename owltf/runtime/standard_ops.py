"""Restricts layers to TensorFlow's standard operations, for models that run on other machines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import tensorflow as tf

_standard_ops_only: ContextVar[bool] = ContextVar("standard_ops_only", default=False)
_unrolled: ContextVar[bool] = ContextVar("unrolled", default=False)


@contextmanager
def standard_ops_only(*, unroll: bool = False) -> Iterator[None]:
    """While active, layers that are traced use standard TensorFlow operations only.

    They compute the same without XLA, custom gradients, and kernels that only GPUs have: those make
    a model faster here, but another machine may not be able to run them.

    Args:
        unroll: write the steps of a loop of known length one after the other, since TensorFlow
            Lite's delegates cannot run TensorFlow's loops.
    """
    tokens = _standard_ops_only.set(True), _unrolled.set(unroll)
    try:
        yield
    finally:
        _standard_ops_only.reset(tokens[0])
        _unrolled.reset(tokens[1])


def must_use_standard_ops() -> bool:
    """Return whether the layers that are traced now must use standard operations only."""
    return _standard_ops_only.get()


def must_unroll() -> bool:
    """Return whether the loops that are traced now must be written step by step."""
    return _unrolled.get()


def may_use_gpu_ops() -> bool:
    """Return whether the layers that are traced now may use kernels that only GPUs have."""
    return not must_use_standard_ops() and bool(tf.config.list_logical_devices("GPU"))


def with_shape(tensor: Any, shape: Sequence[int | None]) -> Any:
    """Return a tensor whose shape is known to be this one.

    A pass checks it, unless the layers must do with standard operations: formats of other programs
    have no such check.
    """
    if not must_use_standard_ops():
        return tf.ensure_shape(tensor, shape)
    known = tf.identity(tensor)
    known.set_shape(shape)
    return known
