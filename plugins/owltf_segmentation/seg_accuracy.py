"""SegAccuracy: the share of right pixels, of right pixels a class, and the classes' mean IoU."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import keras
import tensorflow as tf

from owltf.api import Blob, Layer, LayerConverter, RecurrentState, check_range, global_sum


@keras.saving.register_keras_serializable("owltf_segmentation")
class Segmented(keras.layers.Layer):
    """Three figures of scores (N, H, W, C) and labels (N, H, W, 1), as (1, 1, 1, 3).

    They are the share of pixels whose class has the best score; the mean over classes, those that
    occur, of the share of its pixels; and the mean over all classes of intersection over union,
    which is 1 for a class that neither labels nor scores have.

    Args:
        ignored: labels that do not count.
        reset: whether each batch is looked at alone, and not together with those before it.
        title: the Caffe layer in words, for errors.
        **kwargs: the arguments of `keras.layers.Layer`.
    """

    any_size = True

    def __init__(self, ignored: Sequence[int], reset: bool, title: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.ignored, self.reset, self.title = list(ignored), reset, title
        self.supports_jit = False

    def build(self, input_shape: Any) -> None:
        """Make the place for the counts of the batches before."""
        classes = input_shape[0][-1]
        self._before = None if self.reset else RecurrentState([(classes, classes)])

    def call(self, inputs: Any) -> Any:
        """Return the figures."""
        scores, labels = inputs
        (counts,) = global_sum(self._counted(scores, labels))
        if self._before is not None:
            counts += self._before.read()[0]
            self._before.write([counts])
        return tf.reshape(tf.stack(figures(counts)), (1, 1, 1, 3))

    def _counted(self, scores: Any, labels: Any) -> Any:
        """Return how many pixels of each class (rows) are taken for which (columns)."""
        classes = scores.shape[-1]
        # Of several best scores the last class counts.
        found = classes - 1 - tf.argmax(scores[..., ::-1], axis=-1, output_type=tf.int32)
        whole = tf.cast(labels[..., 0], tf.int32)
        counts = tf.ones_like(whole, tf.bool)
        for label in self.ignored:
            counts &= whole != label
        whole = check_range(tf.where(counts, whole, 0), classes, self.title, "label", "classes")
        pairs = tf.boolean_mask(whole * classes + found, counts)
        tally = tf.math.bincount(pairs, minlength=classes**2, maxlength=classes**2)
        return tf.cast(tf.reshape(tally, (classes, classes)), tf.float32)

    def compute_output_shape(self, input_shape: Any) -> tuple[int, ...]:
        """Return (1, 1, 1, 3)."""
        return (1, 1, 1, 3)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that rebuild the layer."""
        own = {"ignored": self.ignored, "reset": self.reset, "title": self.title}
        return {**super().get_config(), **own}


def figures(counts: Any) -> list[Any]:
    """Return pixel accuracy, class accuracy and mean IoU of a confusion matrix.

    Args:
        counts: (C, C), the pixels of each class by what they are taken for.
    """
    right = tf.linalg.diag_part(counts)
    rows, columns = tf.reduce_sum(counts, 1), tf.reduce_sum(counts, 0)
    occur = tf.cast(rows > 0, tf.float32)
    recall = tf.math.divide_no_nan(right, rows)
    union = rows + columns - right
    overlap = tf.where(union > 0, tf.math.divide_no_nan(right, union), 1.0)
    accuracy = tf.math.divide_no_nan(tf.reduce_sum(right), tf.reduce_sum(rows))
    recalled = tf.math.divide_no_nan(tf.reduce_sum(recall), tf.reduce_sum(occur))
    return [accuracy, recalled, tf.reduce_mean(overlap)]


class SegAccuracy(LayerConverter):
    """Pixel accuracy, class accuracy and mean IoU of a segmentation; it is no loss."""

    caffe_type = "SegAccuracy"
    bottoms = (2, 2)
    is_judge = True

    def without_effect(self, parameter: Any) -> Mapping[str, str]:
        """Return the choice of a figure, as the top has all three."""
        given = parameter.seg_accuracy_param.HasField("metric")
        return {"metric": "the top has all three figures"} if given else {}

    def build(self, layer: Layer, scores: Blob, labels: Blob) -> Blob:
        """Return the figures, (1, 1, 1, 3).

        Raises:
            OwltfError: if there is no label for each pixel.
        """
        if scores.rank != 4 or labels.shape != (scores.shape[0], 1, *scores.shape[2:]):
            raise layer.error(
                f"needs scores (N, C, H, W) and labels (N, 1, H, W); got {scores.shape} and "
                f"{labels.shape}"
            )
        param = layer.parameter.seg_accuracy_param
        judge = layer.keras(
            Segmented, ignored=list(param.ignore_label), reset=param.reset, title=layer.title
        )
        tensors = [each.to_channels_last().tensor for each in (scores, labels)]
        return scores.plain(judge(tensors), 1)
