"""Turns SSD's predictions into detections, on the device, without a loop over boxes.

Exports copy these functions into programs, so each imports what it needs.
"""

from __future__ import annotations

from typing import Any

from owltf_ssd.boxes import box_overlaps, decode_boxes
from owltf_ssd.suppression import keep_boxes


def detections(inputs: Any, options: Any) -> Any:
    """Return rows of image, label, score, xmin, ymin, xmax, ymax, as (1, 1, rows, 7).

    They are in the order of images, then labels, then falling scores. Without any there is a row
    for each image that holds -1 behind its number.

    Args:
        inputs: the predicted places, (N, P * 4), or (N, P * C * 4) where classes have their own;
            the scores, (N, P * C); priors and variances, (1, 2, P * 4).
        options: num_classes, background, top_k, keep_top_k, nms_threshold, eta, threshold,
            code, share_location and scaled (whether targets hold the variances).
    """
    boxes, scores = predicted_boxes(inputs, options)
    boxes, scores = best_boxes(boxes, scores, options["top_k"])
    valid = wanted_boxes(scores, options)
    kept = keep_boxes(boxes, valid, options["nms_threshold"], options["eta"], box_overlaps)
    if options["keep_top_k"] >= 0:
        kept = best_of_image(kept, scores, options["keep_top_k"])
    return detection_rows(kept, scores, boxes)


def predicted_boxes(inputs: Any, options: Any) -> Any:
    """Return the boxes of each class, (N, C, P, 4), and their scores, (N, C, P)."""
    import tensorflow as tf

    loc, conf, priors = inputs
    classes = options["num_classes"]
    prior, variance = (tf.reshape(priors[0, i], (1, -1, 1, 4)) for i in range(2))
    if options["scaled"]:
        variance = tf.ones_like(variance)
    images, count = tf.shape(conf)[0], tf.shape(prior)[1]
    own = 1 if options["share_location"] else classes
    places = tf.reshape(loc, (images, count, own, 4))
    boxes = tf.transpose(decode_boxes(places, prior, variance, options["code"]), (0, 2, 1, 3))
    scores = tf.transpose(tf.reshape(conf, (images, count, classes)), (0, 2, 1))
    return tf.broadcast_to(boxes, (images, classes, count, 4)), scores


def best_boxes(boxes: Any, scores: Any, most: Any) -> Any:
    """Return the best boxes of each class and their scores, the best first; all if most is -1."""
    import tensorflow as tf

    count = tf.shape(scores)[2]
    best, places = tf.math.top_k(scores, count if most < 0 else tf.minimum(most, count))
    return tf.gather(boxes, places, batch_dims=2), best


def wanted_boxes(scores: Any, options: Any) -> Any:
    """Return which scores are high enough, and not the background's."""
    import tensorflow as tf

    is_object = tf.range(options["num_classes"]) != options["background"]
    return tf.logical_and(scores > options["threshold"], is_object[None, :, None])


def best_of_image(kept: Any, scores: Any, most: Any) -> Any:
    """Return which of the kept boxes are the best ones of their image, whatever their class."""
    import tensorflow as tf

    ranked = tf.reshape(tf.where(kept, scores, -float("inf")), (tf.shape(scores)[0], -1))
    rank = tf.argsort(tf.argsort(-ranked, stable=True), stable=True)
    return tf.logical_and(kept, tf.reshape(rank < most, tf.shape(kept)))


def detection_rows(kept: Any, scores: Any, boxes: Any) -> Any:
    """Return the rows of the kept boxes; without any, a row of -1 for each image."""
    import tensorflow as tf

    found = tf.where(kept)
    which = tf.cast(found[:, :2], tf.float32)
    values = [which, tf.gather_nd(scores, found)[:, None], tf.gather_nd(boxes, found)]
    rows, images = tf.concat(values, -1), tf.shape(scores)[0]
    numbers = tf.cast(tf.range(images), tf.float32)[:, None]
    nothing = tf.concat([numbers, -tf.ones((images, 6))], -1)
    missing = nothing[: tf.where(tf.shape(rows)[0] == 0, images, 0)]
    return tf.concat([rows, missing], 0)[None, None]


# What `detections` is made of, in the order of a program.
PARTS = (
    decode_boxes,
    box_overlaps,
    keep_boxes,
    predicted_boxes,
    best_boxes,
    wanted_boxes,
    best_of_image,
    detection_rows,
    detections,
)
