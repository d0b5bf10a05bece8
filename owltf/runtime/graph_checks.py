"""Checks of values that are known only during a pass, with errors in the user's words."""

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
    """Return labels as whole numbers, and which of them are not ignored.

    Caffe reads past the scores where a label has no class. Here the pass ends with an error.

    Args:
        labels: the labels as floats; like Caffe, cut to whole numbers.
        classes: how many classes there are.
        title: the layer in words, for the error.
        ignore_label: the label to ignore; None if all count.

    Returns:
        The labels, ignored ones as 0, and a tensor of bools, None where all count.
    """
    whole = tf.cast(labels, tf.int32)
    counted = None if ignore_label is None else tf.not_equal(whole, ignore_label)
    if counted is not None:
        whole = tf.where(counted, whole, 0)
    return check_range(whole, classes, title, "label", "classes"), counted


def check_range(numbers: Any, count: Any, title: str, what: str, counted: str) -> Any:
    """Return whole numbers unchanged; the pass fails unless each is from 0 to `count` - 1.

    Args:
        numbers: the numbers.
        count: how many classes (or other things) there are.
        title: the layer in words, for the error.
        what: what a number is called in the error, such as `label`.
        counted: what they count, such as `classes`.
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
    """Return images unchanged; the pass fails if they are too small for the layer's windows.

    Args:
        images: the images.
        out: how many windows fit along each axis; if all are plain numbers, the check was done when
            the net was built.
        layer: the name of the layer whose windows they are.
    """
    if are_known(out):
        return images
    fits = tf.reduce_all(tf.stack(out) >= 1)
    return _checked(images, fits, f"an image is too small for layer '{layer}'")


def check_alike(one: Any, other: Any, layer: str, spreads: bool) -> Any:
    """Return a tensor unchanged; the pass fails if its open axes differ in size from another's.

    Args:
        one: the other tensor, with which it is compared.
        other: the tensor.
        layer: the name of the layer that takes both.
        spreads: skip the axes along which the size of one of the two is known.
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
    """Refuse to run on several replicas what needs the whole batch on one device.

    Args:
        title: the layer in words, for the error.
        what: what needs the whole batch, such as `axis: 0`.

    Raises:
        OwltfError: if several replicas share the batch.
    """
    if replicas_of_batch() > 1:
        raise OwltfError(marked(f"{title}: {what} needs the whole batch on one device"))
