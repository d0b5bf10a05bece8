"""The predictions of a map of YOLOv3's that are to find true boxes."""

from __future__ import annotations

from typing import Any, NamedTuple

import tensorflow as tf

from owltf_yolo.truth import Truth, cells_of, shape_overlaps


class Predictions(NamedTuple):
    """Predictions with a true box, those of each image in Darknet's order.

    Attributes:
        places: row, column and anchor, counted in the map, int32 (N, E, 3).
        anchor: the number of the anchor among those of all maps, (N, E).
        box: the number of the true box, (E,).
        counts: which of them there are, (N, E).
    """

    places: Any
    anchor: Any
    box: Any
    counts: Any

    def same_places(self) -> Any:
        """Return which of them have one place, (N, E, E)."""
        same = tf.reduce_all(self.places[:, :, None] == self.places[:, None], -1)
        return same & self.counts[:, None]


def predicted_by(
    truth: Truth, size: tuple[int, int], anchors: Any, options: dict[str, Any]
) -> Predictions:
    """Return the predictions that true boxes are given to.

    For each true box they are that of the likest anchor, if it is one of the map's, then those of
    the map's anchors that are alike by more than `iou_thresh`.

    Args:
        truth: the true boxes.
        size: height and width of the map.
        anchors: width and height of the anchors of all maps, in parts of the image, (A, 2).
        options: `mask`, the numbers of the map's anchors, and `iou_thresh`.
    """
    mask, least = tf.constant(options["mask"], tf.int32), options["iou_thresh"]
    alike = shape_overlaps(truth.box[..., 2:], tf.constant(anchors, tf.float32))
    best = tf.argmax(alike, -1, output_type=tf.int32)
    of_map = best[..., None] == mask
    is_own = tf.reduce_any(of_map, -1) & (tf.reduce_max(alike, -1) > 0)
    own = tf.argmax(of_map, -1, output_type=tf.int32)
    # The others are told from the best one by its number in the map, as the fork does.
    others = mask != tf.where(is_own, own, best)[..., None]
    others &= (tf.gather(alike, mask, axis=-1) > least) & (least < 1)
    counts = truth.is_there[..., None] & tf.concat([is_own[..., None], others], -1)
    places = tf.range(len(options["mask"])) + tf.zeros_like(others, tf.int32)
    chosen = tf.concat([own[..., None], places], -1)
    each = 1 + len(options["mask"])
    where = tf.repeat(cells_of(truth, *size), each, axis=1)
    flat = tf.reshape(chosen, (tf.shape(chosen)[0], -1))
    return Predictions(
        places=tf.concat([where, flat[..., None]], -1),
        anchor=tf.gather(mask, flat),
        box=tf.repeat(tf.range(tf.shape(alike)[1]), each),
        counts=tf.reshape(counts, tf.shape(flat)),
    )
