"""Keeps the best of YOLO's boxes, on the device, image by image."""

from __future__ import annotations

from typing import Any

from owltf_yolo.predictions import candidates


def find_boxes(maps: Any, options: Any) -> Any:
    """Return rows of image, label, score, xmin, ymin, xmax, ymax, as (1, 1, rows, 7).

    Args:
        maps: the bottoms.
        options: what `candidates` and `kept_boxes` take.
    """
    boxes, labels, scores = candidates(maps, options)
    return kept_boxes(boxes, labels, scores, options)


def kept_boxes(boxes: Any, labels: Any, scores: Any, options: Any) -> Any:
    """Return the rows of the best boxes, by image and falling score.

    A box is dropped if it overlaps a better one, of whatever class, by `overlap` or more. Labels
    begin at 1. Without any detection there is a row for each image that holds -1 behind its number.

    Args:
        boxes: (N, P, 4).
        labels: (N, P), from 0.
        scores: (N, P).
        options: threshold (scores must be above it) and overlap.
    """
    import tensorflow as tf

    images = tf.shape(scores)[0]

    def one(image: Any, rows: Any) -> Any:
        kept = tf.raw_ops.NonMaxSuppressionV3(
            boxes=boxes[image],
            scores=scores[image],
            max_output_size=tf.shape(scores)[1],
            iou_threshold=options["overlap"],
            score_threshold=options["threshold"],
        )
        number = tf.fill([tf.size(kept), 1], tf.cast(image, tf.float32))
        label = tf.cast(tf.gather(labels[image], kept) + 1, tf.float32)[:, None]
        score = tf.gather(scores[image], kept)[:, None]
        found = tf.concat([number, label, score, tf.gather(boxes[image], kept)], 1)
        return image + 1, tf.concat([rows, found], 0)

    start = (tf.constant(0), tf.zeros((0, 7)))
    open_rows = (tf.TensorShape(()), tf.TensorShape((None, 7)))
    rows = tf.while_loop(lambda image, _: image < images, one, start, open_rows)[1]
    numbers = tf.cast(tf.range(images), tf.float32)[:, None]
    nothing = tf.concat([numbers, -tf.ones((images, 6))], -1)
    missing = nothing[: tf.where(tf.shape(rows)[0] == 0, images, 0)]
    return tf.concat([rows, missing], 0)[None, None]
