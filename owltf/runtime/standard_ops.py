"""Restricts layers to TensorFlow's standard operations, for models that are served elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import tensorflow as tf

_standard_ops_only: ContextVar[bool] = ContextVar("standard_ops_only", default=False)


@contextmanager
def standard_ops_only() -> Iterator[None]:
    """Let the models traced inside use standard TensorFlow operations only.

    They do without code compiled by XLA, gradients of our own, and kernels that only GPUs have,
    which are quick on this machine alone. What they compute stays the same.
    """
    token = _standard_ops_only.set(True)
    try:
        yield
    finally:
        _standard_ops_only.reset(token)


def must_use_standard_ops() -> bool:
    """Return whether the layers that are traced now must do with standard operations."""
    return _standard_ops_only.get()


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
