"""Matches the priors of one image with its true boxes, as Caffe's MultiBoxLoss does."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

# Caffe counts an overlap only above this.
_LEAST = 1e-6


def match(overlaps: Any, threshold: float | None) -> Any:
    """Return the number of each prior's true box, or -1, (P,).

    First the pair with the greatest overlap is matched, and so on till each true box has its prior;
    then each other prior gets the true box that it overlaps most.

    Args:
        overlaps: of priors and true boxes, (P, G); -1 where a pair does not count.
        threshold: the least overlap for the second step; None leaves it out.
    """
    count = tf.shape(overlaps)[1]
    overlaps = tf.where(overlaps > _LEAST, overlaps, -1.0)
    matched = tf.fill([tf.shape(overlaps)[0]], -1)

    def pair(_: Any, matched: Any, left: Any) -> tuple[Any, Any, Any]:
        place = tf.argmax(tf.reshape(left, [-1]), output_type=tf.int32)
        row, column = place // count, place % count
        found = left[row, column] > 0
        taken = tf.range(tf.shape(left)[0]) == row
        given = tf.range(count) == column
        gone = tf.logical_or(taken[:, None], given[None])
        matched = tf.where(tf.logical_and(found, taken), column, matched)
        return found, matched, tf.where(gone, -1.0, left)

    def goes_on(found: Any, *_: Any) -> Any:
        return found

    def both() -> Any:
        return tf.while_loop(goes_on, pair, (tf.constant(True), matched, overlaps))[1]

    first = tf.cond(tf.size(overlaps) > 0, both, lambda: matched)
    if threshold is None:
        return first

    def second() -> Any:
        best = tf.argmax(overlaps, 1, output_type=tf.int32)
        good = tf.logical_and(tf.reduce_max(overlaps, 1) >= threshold, first < 0)
        good = tf.logical_and(good, tf.reduce_max(overlaps, 1) > 0)
        return tf.where(good, best, first)

    return tf.cond(tf.size(overlaps) > 0, second, lambda: first)


def best_overlaps(overlaps: Any) -> Any:
    """Return the greatest overlap of each prior with a true box, 0 without any, (P,)."""
    return tf.reduce_max(tf.pad(overlaps, [[0, 0], [0, 1]]), 1)


def chosen_by_loss(
    losses: Any, eligible: Any, number: Any, boxes: Any, limits: tuple[float, int]
) -> Any:
    """Return which of the eligible priors are the `number` with the greatest losses, (P,).

    Args:
        losses: the loss of each, (P,).
        eligible: which may be chosen, (P,).
        number: how many at most.
        boxes: where they lie, (P, 4), if of those that overlap the one with the greatest loss alone
            is to be chosen; else None.
        limits: the overlap above which that is so, and how many of the greatest are looked at, -1
            for all.
    """
    ranked = tf.where(eligible, losses, -float("inf"))
    rank = tf.argsort(tf.argsort(-ranked, stable=True), stable=True)
    if boxes is None:
        return eligible & (rank < number)
    threshold, most = limits
    looked_at = eligible & (rank < most) if most >= 0 else eligible
    scores = tf.where(looked_at, losses, -float("inf"))
    kept = tf.raw_ops.NonMaxSuppressionV3(
        boxes=boxes,
        scores=scores,
        max_output_size=number,
        iou_threshold=threshold,
        score_threshold=-3e38,
    )
    return tf.scatter_nd(kept[:, None], tf.ones_like(kept), tf.shape(losses)[:1]) > 0
