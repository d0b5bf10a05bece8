"""Divides the sum of a loss as Caffe's `normalization` says, over all replicas."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from owltf.runtime.global_sum import global_sum


def normalization(param: Any, unset: str) -> str:
    """Return the normalization mode that a `LossParameter` names.

    Args:
        param: the message.
        unset: the mode if neither `normalization` nor the older `normalize` is given.

    Returns:
        "FULL", "VALID", "BATCH_SIZE" or "NONE".
    """
    if param.HasField("normalization"):
        return str(type(param).NormalizationMode.Name(param.normalization))
    if param.HasField("normalize"):
        return "VALID" if param.normalize else "BATCH_SIZE"
    return unset


def ignore_label(param: Any) -> int | None:
    """Return the label to ignore that a message names, or None."""
    return int(param.ignore_label) if param.HasField("ignore_label") else None


def normalized(values: Any, mode: str, rows: Any, counted: Any = None) -> Any:
    """Return the sum of a loss's values over all replicas, divided as the mode says.

    Args:
        values: the loss of each label on this replica.
        mode: FULL divides by the number of labels, VALID by the number that is not ignored,
            BATCH_SIZE by the rows, NONE by nothing.
        rows: how many rows this replica has.
        counted: whether each label counts; None if all do.
    """
    if counted is not None:
        values = tf.where(counted, values, 0.0)
    total = tf.reduce_sum(values)
    if mode == "NONE":
        return global_sum(total)[0]
    valid = tf.size(values) if counted is None else tf.math.count_nonzero(counted)
    return global_mean(total, {"FULL": tf.size(values), "VALID": valid, "BATCH_SIZE": rows}[mode])


def global_mean(total: Any, count: Any) -> Any:
    """Return sums divided by counts, both taken over all replicas.

    Args:
        total: the sums on this replica.
        count: the divisors on this replica. If their sum over replicas is 0, the mean is 0, as in
            Caffe.
    """
    count = tf.stop_gradient(tf.cast(count, total.dtype))
    total, count = global_sum(total, count)
    return total / tf.maximum(count, 1.0)
