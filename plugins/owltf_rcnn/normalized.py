"""What the losses of R-FCN's regions are divided by."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import tensorflow as tf

from owltf.api import global_sum

# Each takes the losses of all places (N, ..., 1), and 1 for those that count.
NORMALIZATIONS: Mapping[str, Callable[[Any, Any], Any]] = {
    "NONE": lambda each, counted: global_sum(tf.reduce_sum(each))[0],
    "VALID": lambda each, counted: _divided(each, tf.reduce_sum(counted)),
    "FULL": lambda each, counted: _divided(each, tf.cast(tf.size(each), each.dtype)),
    "BATCH_SIZE": lambda each, counted: _divided(each, tf.cast(tf.shape(each)[0], each.dtype)),
}


def _divided(each: Any, count: Any) -> Any:
    total, number = global_sum(tf.reduce_sum(each), count)
    return total / tf.maximum(number, 1.0)


def normalization_of(param: Any, usual: str) -> str:
    """Return the mode that a `LossParameter` asks for.

    Args:
        param: the message.
        usual: the mode where it asks for none.
    """
    if param.HasField("normalization"):
        return str(type(param).NormalizationMode.Name(param.normalization))
    if param.HasField("normalize"):
        return "VALID" if param.normalize else "BATCH_SIZE"
    return usual
