"""Checks that only a pass can make, as assertions in the graph that speak to the user."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import tensorflow as tf

from owltf.errors import OwltfError
from owltf.runtime.global_sum import replicas_of_batch
from owltf.runtime.open_sizes import are_known, sizes_of
from owltf.runtime.user_errors import marked, marked_assertion


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
        start = [f"{title}: {what} ", tf.as_string(number), " is out of range: it must be from 0 "]
        limits = ["to ", tf.as_string(count - 1), ", as there are ", tf.as_string(count)]
        tf.debugging.Assert(False, [marked_assertion(*start, *limits, f" {counted}")])
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
    fits = tf.reduce_all(tf.stack(out) >= 1)
    return _checked(images, fits, f"an image is too small for layer '{layer}'")


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
    alike = tf.reduce_all([tf.equal(*pair) for pair in open_pairs])
    return _checked(other, alike, f"the bottoms of layer '{layer}' are of different sizes")


def _checked(tensor: Any, holds: Any, message: str) -> Any:
    with tf.control_dependencies([tf.debugging.Assert(holds, [marked_assertion(message)])]):
        return tf.identity(tensor)


def check_one_replica(title: str, what: str) -> None:
    """Refuse to split over replicas what needs the whole batch in one place.

    Args:
        title: the layer in words.
        what: what it does.

    Raises:
        OwltfError: if several replicas share the batch.
    """
    if replicas_of_batch() > 1:
        raise OwltfError(marked(f"{title}: {what} needs the whole batch on one device"))
