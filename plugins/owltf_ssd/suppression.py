"""Non-maximum suppression of all images and classes at once, exactly as Caffe's greedy one."""

from __future__ import annotations

from typing import Any


def keep_boxes(boxes: Any, valid: Any, threshold: float, eta: float, overlaps_of: Any) -> Any:
    """Return which boxes are kept, (..., K), going from the best to the worst.

    A box is dropped if it overlaps a kept one before it by more than the threshold. All boxes are
    judged again and again by what was kept so far, until nothing changes; the first n of them are
    right after n rounds, and nearly always all of them after a few.

    Args:
        boxes: the boxes (..., K, 4), the best first.
        valid: which of them count, (..., K).
        threshold: the greatest overlap.
        eta: below 1, the threshold is multiplied by it after each kept box while it is above 0.5.
        overlaps_of: `box_overlaps`.
    """
    import tensorflow as tf

    count = tf.shape(boxes)[-2]
    overlaps = overlaps_of(boxes[..., :, None, :], boxes[..., None, :, :])
    before = tf.linalg.band_part(tf.ones((count, count), tf.bool), 0, -1)
    before = tf.logical_and(before, tf.logical_not(tf.eye(count, dtype=tf.bool)))

    def judged(kept: Any) -> Any:
        limit = threshold
        if eta < 1:
            kept_before = tf.cumsum(tf.cast(kept, tf.int32), axis=-1, exclusive=True)
            limits, values = [threshold], threshold
            while values > 0.5:
                values *= eta
                limits.append(values)
            limit = tf.gather(limits, tf.minimum(kept_before, len(limits) - 1))[..., None, :]
        beaten = tf.logical_and(before, overlaps > limit)
        beaten = tf.logical_and(beaten, kept[..., :, None])
        return tf.logical_and(valid, tf.logical_not(tf.reduce_any(beaten, -2)))

    def goes_on(kept: Any, last: Any) -> Any:
        return tf.reduce_any(kept != last)

    start = judged(valid)
    return tf.while_loop(goes_on, lambda kept, _: (judged(kept), kept), (start, valid))[0]
