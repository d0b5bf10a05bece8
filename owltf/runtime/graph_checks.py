"""Checks that only a pass can make: errors from inside the graph, in the user's words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import tensorflow as tf

from owltf.errors import OwltfError
from owltf.runtime.global_sum import replicas_of_batch
from owltf.runtime.open_sizes import are_known, sizes_of

_OPEN, _CLOSE = "owltf[", "]owltf"
_MARKED = re.compile(re.escape(_OPEN) + "(.*?)" + re.escape(_CLOSE), re.DOTALL)
# From Python code that runs inside the graph, in whose text TensorFlow escapes nothing.
_PLAIN_OPEN = "owltf!["
_PLAIN = re.compile(re.escape(_PLAIN_OPEN) + "(.*?)" + re.escape(_CLOSE), re.DOTALL)


def user_message(exception: BaseException) -> str | None:
    """Return what an error of TensorFlow or Keras says to the user; None if it is not for them.

    Args:
        exception: what a pass raised. An assertion of this module, buried in the text that
            TensorFlow and Keras put around it, is found by its marks.
    """
    plain, found = _PLAIN.search(str(exception)), _MARKED.search(str(exception))
    if plain is not None or found is None:
        return plain and plain[1]
    return _unescaped(found[1]) if isinstance(exception, tf.errors.OpError) else found[1]


@contextmanager
def user_errors() -> Iterator[None]:
    """Raise as an OwltfError what an exception raised inside says to the user, if it does."""
    try:
        yield
    except Exception as error:
        message = user_message(error)
        if message is None:
            raise
        raise OwltfError(message) from error


def marked(message: str) -> str:
    """Return the message of an error of Python code in the graph, for `user_message` to find."""
    return f"{_PLAIN_OPEN}{message}{_CLOSE}"


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
    return check_range(whole, classes, title, "label", "classes"), counted


def check_range(numbers: Any, count: Any, title: str, what: str, counted: str) -> Any:
    """Return whole numbers, each from 0 to `count` - 1; else the pass ends with an error.

    Args:
        numbers: the numbers.
        count: how many there are to name.
        title: the layer in words.
        what: what such a number is, as `label`.
        counted: what is counted, as `classes`.
    """
    known = tf.logical_and(numbers >= 0, numbers < count)

    def complain() -> Any:
        number = tf.boolean_mask(numbers, tf.logical_not(known))[0]
        start = [_OPEN, title, f": {what} ", tf.as_string(number), " is out of range: it must be "]
        limits = ["from 0 to ", tf.as_string(count - 1), ", as there are ", tf.as_string(count)]
        text = tf.strings.join([*start, *limits, f" {counted}", _CLOSE])
        tf.debugging.Assert(False, [text])
        return tf.constant(False)

    checked = tf.cond(tf.reduce_all(known), lambda: tf.constant(True), complain)
    with tf.control_dependencies([checked]):
        return tf.identity(numbers)


def check_room(images: Any, out: Sequence[Any], layer: str) -> Any:
    """Return images, if windows have a place in them; else the pass ends with an error.

    Args:
        images: the images.
        out: how many windows there are along each axis; where those are numbers, that was checked.
        layer: the name of the layer whose windows they are.
    """
    if are_known(out):
        return images
    text = f"{_OPEN}an image is too small for layer '{layer}'{_CLOSE}"
    fits = tf.reduce_all(tf.stack(out) >= 1)
    with tf.control_dependencies([tf.debugging.Assert(fits, [text])]):
        return tf.identity(images)


def check_alike(one: Any, other: Any, layer: str, spreads: bool) -> Any:
    """Return a tensor, if it has another's size along the axes that are not known before a pass.

    Args:
        one: what it is compared with.
        other: the tensor.
        layer: the name of the layer that takes both.
        spreads: leave out the axes along which one of them is known.
    """
    known = any if spreads else all
    pairs = zip(sizes_of(one), sizes_of(other), strict=True)
    open_pairs = [pair for pair in pairs if not known(isinstance(size, int) for size in pair)]
    if not open_pairs:
        return other
    text = f"{_OPEN}the bottoms of layer '{layer}' are of different sizes{_CLOSE}"
    alike = tf.reduce_all([tf.equal(*pair) for pair in open_pairs])
    with tf.control_dependencies([tf.debugging.Assert(alike, [text])]):
        return tf.identity(other)


def check_one_replica(title: str, what: str) -> None:
    """Refuse to split over replicas what needs the whole batch in one place.

    Args:
        title: the layer in words.
        what: what it does.

    Raises:
        OwltfError: if several replicas share the batch.
    """
    if replicas_of_batch() > 1:
        raise OwltfError(f"{_OPEN}{title}: {what} needs the whole batch on one device{_CLOSE}")
