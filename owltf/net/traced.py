"""Functions compiled by TensorFlow."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import tensorflow as tf


def traced(function: Callable[..., Any], **fixed: Any) -> Any:
    """Return a `tf.function` of a function, some of its arguments fixed.

    TensorFlow counts tracings by a function's code and warns of many, though several nets each
    trace it once. A partial is counted by itself.
    """
    return tf.function(partial(function, **fixed), autograph=False)
