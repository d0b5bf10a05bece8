"""Functions compiled by TensorFlow."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import tensorflow as tf


def compiled(function: Callable[..., Any], spec: Any = None, **fixed: Any) -> Any:
    """Return a `tf.function` of a function, some of its arguments fixed.

    TensorFlow counts tracings by a function's code and warns of many, though several nets each
    trace it once. A partial is counted by itself.

    Args:
        function: the function.
        spec: the structure of `tf.TensorSpec` that its argument has; None to trace each shape.
        **fixed: arguments that stay the same.
    """
    signature = None if spec is None else [spec]
    return tf.function(partial(function, **fixed), signature, autograph=False)
