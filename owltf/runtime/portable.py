"""Portable models: layers that use only what every TensorFlow can run, wherever they are served."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import tensorflow as tf

_portable: ContextVar[bool] = ContextVar("portable", default=False)


@contextmanager
def standard_ops_only() -> Iterator[None]:
    """Let the models traced inside do without what is quick on this machine alone.

    That is code compiled by XLA, gradients of our own, and kernels that only GPUs have. What they
    compute stays the same.
    """
    token = _portable.set(True)
    try:
        yield
    finally:
        _portable.reset(token)


def is_portable() -> bool:
    """Return whether what is traced now must run everywhere."""
    return _portable.get()


def is_for_gpu() -> bool:
    """Return whether what is traced now may count on a GPU."""
    return not is_portable() and bool(tf.config.list_logical_devices("GPU"))
