"""Turns SSD's predictions into detections, on the device, without a loop over boxes."""

from __future__ import annotations

from typing import Any


def detections(
    loc: Any,
    conf: Any,
    priors: Any,
    options: Any,
    decode: Any,
    keep: Any,
    overlaps_of: Any,
) -> Any:
    """Return rows of image, label, score, xmin, ymin, xmax, ymax, as (1, 1, rows, 7).

    They are in the order of images, then labels, then falling scores. Without any there is a row
    for each image that holds -1 behind its number.

    Args:
        loc: the predicted places, (N, P * 4), or (N, P * C * 4) where classes have their own.
        conf: the scores, (N, P * C).
        priors: priors and variances, (1, 2, P * 4).
        options: num_classes, background, top_k, keep_top_k, nms_threshold, eta, threshold,
            code, share_location and scaled (whether targets hold the variances).
        decode: `decode_boxes`.
        keep: `keep_boxes`.
        overlaps_of: `box_overlaps`.
    """
    import tensorflow as tf

    classes = options["num_classes"]
    prior, variance = (tf.reshape(priors[0, i], (1, -1, 1, 4)) for i in range(2))
    if options["scaled"]:
        variance = tf.ones_like(variance)
    images, count = tf.shape(conf)[0], tf.shape(prior)[1]
    own = 1 if options["share_location"] else classes
    boxes = decode(tf.reshape(loc, (images, count, own, 4)), prior, variance, options["code"])
    boxes = tf.transpose(boxes, (0, 2, 1, 3))
    scores = tf.transpose(tf.reshape(conf, (images, count, classes)), (0, 2, 1))
    most = count if options["top_k"] < 0 else tf.minimum(options["top_k"], count)
    best, places = tf.math.top_k(scores, most)
    boxes = tf.broadcast_to(boxes, (images, classes, count, 4))
    boxes = tf.gather(boxes, places, batch_dims=2)
    valid = best > options["threshold"]
    wanted = tf.range(classes) != options["background"]
    valid = tf.logical_and(valid, wanted[None, :, None])
    kept = keep(boxes, valid, options["nms_threshold"], options["eta"], overlaps_of)
    if options["keep_top_k"] >= 0:
        ranked = tf.reshape(tf.where(kept, best, -float("inf")), (images, -1))
        order = tf.argsort(tf.argsort(-ranked, stable=True), stable=True)
        among = tf.reshape(order < options["keep_top_k"], tf.shape(kept))
        kept = tf.logical_and(kept, among)
    found = tf.where(kept)
    rows = tf.concat(
        [
            tf.cast(found[:, :2], tf.float32),
            tf.gather_nd(best, found)[:, None],
            tf.gather_nd(boxes, found),
        ],
        -1,
    )
    numbers = tf.cast(tf.range(images), tf.float32)[:, None]
    nothing = tf.concat([numbers, -tf.ones((images, 6))], -1)
    missing = nothing[: tf.where(tf.shape(rows)[0] == 0, images, 0)]
    return tf.concat([rows, missing], 0)[None, None]
