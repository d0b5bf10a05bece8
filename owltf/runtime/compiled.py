"""Compiles functions to TensorFlow graphs."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import tensorflow as tf


def compiled(function: Callable[..., Any], spec: Any = None, **fixed: Any) -> Any:
    """Return a function as a graph of TensorFlow's, traced at its first call.

    Args:
        function: the function.
        spec: the structure of `tf.TensorSpec` that its argument has; None to trace each shape.
        **fixed: arguments that stay the same.
    """
    signature = None if spec is None else [spec]
    # TensorFlow counts how often a piece of code is traced and warns of many, though several nets
    # each trace it once. A partial is counted by itself.
    return tf.function(partial(function, **fixed), signature, autograph=False)
