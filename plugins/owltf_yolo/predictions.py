"""The boxes that YOLO's maps predict: decoded in TensorFlow, without a loop over cells."""

from __future__ import annotations

from typing import Any

BY_SIZE = "a map is as large as the bottom that holds it"


def split_map(values: Any, anchors: int, classes: int) -> Any:
    """Return a map (N, anchors * (5 + classes), H, W) as (N, H, W, anchors, 5 + classes)."""
    import tensorflow as tf

    batch, height, width = tf.shape(values)[0], values.shape[2], values.shape[3]
    split = tf.reshape(values, (batch, anchors, 5 + classes, height, width))
    return tf.transpose(split, (0, 3, 4, 1, 2))


def centered_boxes(cells: Any, sizes: Any) -> Any:
    """Return boxes as centre, width and height in parts of the image.

    Args:
        cells: predictions (N, H, W, A, 4 or more): x and y logits, and logarithms of the sizes.
        sizes: width and height of the anchors in parts of the image, (A, 2).
    """
    import tensorflow as tf

    height, width = cells.shape[1], cells.shape[2]
    rows, columns = tf.meshgrid(tf.range(height), tf.range(width), indexing="ij")
    corner = tf.cast(tf.stack([columns, rows], -1), tf.float32)[:, :, None]
    center = (corner + tf.sigmoid(cells[..., :2])) / [float(width), float(height)]
    return tf.concat([center, tf.exp(cells[..., 2:4]) * tf.constant(sizes, tf.float32)], -1)


def corners(boxes: Any) -> Any:
    """Return boxes given by centre and size as xmin, ymin, xmax and ymax."""
    import tensorflow as tf

    center, half = boxes[..., :2], boxes[..., 2:] / 2
    return tf.concat([center - half, center + half], -1)


def candidates(maps: Any, options: Any) -> Any:
    """Return the boxes of all maps, (N, P, 4), the best class of each and its score, (N, P).

    Args:
        maps: the bottoms.
        options: sizes (a list of each map's anchors), classes, and softmax (whether classes exclude
            each other).
    """
    import tensorflow as tf

    boxes, scores = [], []
    for values, sizes in zip(maps, options["sizes"], strict=True):
        cells = split_map(values, len(sizes), options["classes"])
        count = cells.shape[1] * cells.shape[2] * len(sizes)
        activate = tf.nn.softmax if options["softmax"] else tf.sigmoid
        each = activate(cells[..., 5:]) * tf.sigmoid(cells[..., 4:5])
        boxes.append(tf.reshape(corners(centered_boxes(cells, sizes)), (-1, count, 4)))
        scores.append(tf.reshape(each, (-1, count, options["classes"])))
    score = tf.concat(scores, 1)
    return tf.concat(boxes, 1), tf.argmax(score, -1), tf.reduce_max(score, -1)
