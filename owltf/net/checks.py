"""Checks that only a pass can make: errors from inside the graph, in the user's words."""

from __future__ import annotations

import re
from typing import Any

import tensorflow as tf

from owltf.errors import OwltfError

_OPEN, _CLOSE = "owltf[", "]owltf"
_MARKED = re.compile(re.escape(_OPEN) + "(.*?)" + re.escape(_CLOSE), re.DOTALL)


def user_message(exception: BaseException) -> str | None:
    """Return what an error of TensorFlow or Keras says to the user; None if it is not for them.

    Args:
        exception: what a pass raised. An assertion of this module, buried in the text that
            TensorFlow and Keras put around it, is found by its marks.
    """
    found = _MARKED.search(str(exception))
    if found is None:
        return None
    return _unescaped(found[1]) if isinstance(exception, tf.errors.OpError) else found[1]


def _unescaped(text: str) -> str:
    """Take back how TensorFlow writes quotes, and bytes that are not ASCII, in an assertion."""
    return text.encode().decode("unicode_escape").encode("latin-1").decode(errors="replace")


def check_labels(
    labels: Any, classes: int, title: str, ignore_label: int | None = None
) -> tuple[Any, Any]:
    """Return labels as whole numbers, and which of them count.

    Caffe reads past the scores where a label has no class. Here the pass ends with an error.

    Args:
        labels: the labels as floats; like Caffe, cut to whole numbers.
        classes: how many classes there are.
        title: the layer in words, for the error.
        ignore_label: the label that does not count; None if all do.

    Returns:
        The labels, ignored ones as 0, and a tensor of bools, None where all count.
    """
    whole = tf.cast(labels, tf.int32)
    counted = None if ignore_label is None else tf.not_equal(whole, ignore_label)
    if counted is not None:
        whole = tf.where(counted, whole, 0)
    with tf.control_dependencies([_assert_in_range(whole, classes, title)]):
        return tf.identity(whole), counted


def _assert_in_range(labels: Any, classes: int, title: str) -> Any:
    known = tf.logical_and(labels >= 0, labels < classes)

    def complain() -> Any:
        label = tf.boolean_mask(labels, tf.logical_not(known))[0]
        after = (
            f" is out of range: it must be from 0 to {classes - 1}, as there are {classes} classes"
        )
        text = tf.strings.join([_OPEN, title, ": label ", tf.as_string(label), after, _CLOSE])
        tf.debugging.Assert(False, [text])
        return tf.constant(False)

    return tf.cond(tf.reduce_all(known), lambda: tf.constant(True), complain)


def check_one_replica(title: str, what: str) -> None:
    """Refuse to split over replicas what needs the whole batch in one place.

    Args:
        title: the layer in words.
        what: what it does.

    Raises:
        OwltfError: if the pass is computed by several replicas.
    """
    context = tf.distribute.get_replica_context()
    if context is not None and context.num_replicas_in_sync > 1:
        raise OwltfError(f"{_OPEN}{title}: {what} needs the whole batch on one device{_CLOSE}")
