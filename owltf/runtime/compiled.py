"""Compiles functions to TensorFlow graphs."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import tensorflow as tf


def as_written(function: Callable[..., Any]) -> Any:
    """Return a function for a dataset's `map` that AutoGraph leaves as it is.

    Rewriting its source, for `if` and `for` on tensors, would take longer than tracing it.
    """
    return tf.autograph.experimental.do_not_convert(function)


def compiled(
    function: Callable[..., Any], spec: Any = None, *, by_xla: bool = False, **fixed: Any
) -> Any:
    """Return a function as a TensorFlow graph, which is traced at its first call.

    Args:
        function: the function.
        spec: the `tf.TensorSpec`s of its argument; None to trace it anew for each shape.
        by_xla: compile it to machine code, in which operations on small arrays cost less.
        **fixed: named arguments that are the same in each call.
    """
    signature = None if spec is None else [spec]
    # TensorFlow warns of code that is traced often, which happens where several nets each trace it
    # once. It counts each partial object by itself.
    options = {"jit_compile": True} if by_xla else {}
    return tf.function(partial(function, **fixed), signature, autograph=False, **options)
