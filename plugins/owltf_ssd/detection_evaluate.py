"""DetectionEvaluate: which detections find a true box, from which a test's mAP is made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from owltf.api import Blob, Layer, LayerConverter, OwltfError, current_step
from owltf_ssd.average_precision import average_precisions
from owltf_ssd.boxes import box_overlaps


@keras.saving.register_keras_serializable("owltf_ssd")
class Evaluated(keras.layers.Layer):
    """Rows of image, label, score, right and wrong, behind a row of each class's true boxes.

    Args:
        classes: how many classes there are, the background included.
        background: the background's label.
        threshold: the least overlap with which a box is found.
        with_difficult: whether boxes marked as difficult count.
        sizes: height and width of the images, in the order of the records; none where overlaps are
            measured in parts of an image.
        **kwargs: the arguments of `keras.layers.Layer`.
    """

    def __init__(
        self,
        classes: int,
        background: int,
        threshold: float,
        with_difficult: bool,
        sizes: Sequence[Sequence[int]] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.classes, self.background, self.threshold = classes, background, threshold
        self.with_difficult, self.sizes = with_difficult, [list(size) for size in sizes]
        self.supports_jit = False

    def call(self, inputs: Any) -> Any:
        """Return the rows, (1, 1, rows, 5)."""
        found, truth = (tf.reshape(each, (-1, each.shape[-1])) for each in inputs)
        found = tf.boolean_mask(found, tf.logical_and(found[:, 0] >= 0, found[:, 1] >= 0))
        truth = tf.boolean_mask(truth, truth[:, 0] >= 0)
        is_right, is_wrong = self._judged(found, truth)
        marks = tf.cast(tf.stack([is_right, is_wrong], 1), tf.float32)
        rows = tf.concat([found[:, :3], marks], 1)
        step = current_step()
        if step is None or step.replica == 0:
            # Each of several devices has all true boxes; one counts them.
            rows = tf.concat([self._counts(truth), rows], 0)
        return rows[None, None]

    def _counts(self, truth: Any) -> Any:
        labels = [label for label in range(self.classes) if label != self.background]
        counted = truth[:, 7] == 0 if not self.with_difficult else tf.ones_like(truth[:, 7], bool)
        own = tf.logical_and(truth[:, 1:2] == tf.constant(labels, tf.float32), counted[:, None])
        counts = tf.reduce_sum(tf.cast(own, tf.float32), 0)
        none = -tf.ones_like(counts)
        return tf.stack([none, tf.constant(labels, tf.float32), counts, none, none], 1)

    def _judged(self, found: Any, truth: Any) -> tuple[Any, Any]:
        """Return which detections found a new true box, and which found none."""
        alike = tf.reduce_all(found[:, None, :2] == truth[None, :, :2], -1)
        overlaps = tf.where(alike, self._overlaps(found, truth), -1.0)
        overlaps = tf.pad(overlaps, [[0, 0], [0, 1]], constant_values=-1.0)
        best = tf.argmax(overlaps, 1, output_type=tf.int32)
        is_near = tf.reduce_max(overlaps, 1) >= self.threshold
        difficult = tf.gather(tf.pad(truth[:, 7], [[0, 1]]), best) > 0
        counts = tf.logical_or(self.with_difficult, tf.logical_not(difficult))
        is_first = self._first(found[:, 2], tf.where(is_near, best, -1))
        is_right = tf.logical_and(tf.logical_and(is_near, counts), is_first)
        left_out = tf.logical_and(is_near, tf.logical_not(counts))
        return is_right, tf.logical_not(tf.logical_or(is_right, left_out))

    def _first(self, scores: Any, target: Any) -> Any:
        """Return which detections are the best of those of one true box."""
        places = tf.argsort(tf.argsort(-scores, stable=True), stable=True)
        same = target[:, None] == target[None]
        return tf.logical_not(tf.reduce_any(same & (places[None] < places[:, None]), 1))

    def _overlaps(self, found: Any, truth: Any) -> Any:
        first, second = found[:, 3:7], truth[:, 3:7]
        if not self.sizes:
            return box_overlaps(first[:, None], second[None])
        # In pixels, of which the last one of a box belongs to it.
        first, second = (
            boxes * self._pixels(rows) + [0.0, 0.0, 1.0, 1.0]
            for boxes, rows in ((first, found), (second, truth))
        )
        return box_overlaps(first[:, None], second[None])

    def _pixels(self, rows: Any) -> Any:
        """Return width, height, width and height of each row's image."""
        step = current_step()
        done = tf.cast(step.number, tf.int32) * (step.batch or 0) if step else 0
        number = (done + tf.cast(rows[:, 0], tf.int32)) % len(self.sizes)
        return tf.gather([[float(w), float(h)] * 2 for h, w in self.sizes], number)

    def compute_output_shape(self, input_shape: Any) -> tuple[int | None, ...]:
        """Return the shape of the top, whose rows depend on what is found."""
        return (1, 1, None, 5)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that rebuild the layer."""
        own = {
            "classes": self.classes,
            "background": self.background,
            "threshold": self.threshold,
            "with_difficult": self.with_difficult,
            "sizes": self.sizes,
        }
        return {**super().get_config(), **own}


class DetectionEvaluate(LayerConverter):
    """Compares the detections of its first bottom with the true boxes of the second."""

    caffe_type = "DetectionEvaluate"
    bottoms = (2, 2)
    is_judge = True
    is_collected = True

    def check(self, layer: Layer) -> None:
        """Refuse what DetectionEvaluate does not do here."""
        if layer.parameter.detection_evaluate_param.HasField("resize_param"):
            raise layer.unsupported("resize_param")

    def build(self, layer: Layer, *bottoms: Blob) -> Blob:
        """Return the rows, (1, 1, rows, 5).

        Raises:
            OwltfError: if num_classes is missing, or the bottoms or the sizes' file do not fit.
        """
        found, truth = bottoms
        param = layer.parameter.detection_evaluate_param
        if not param.num_classes:
            raise layer.error("needs num_classes")
        if (found.shape[-1], truth.shape[-1]) != (7, 8):
            raise layer.error(
                f"needs detections of 7 values and true boxes of 8; got {found.shape} and "
                f"{truth.shape}"
            )
        evaluated = layer.keras(
            Evaluated,
            classes=int(param.num_classes),
            background=int(param.background_label_id),
            threshold=float(param.overlap_threshold),
            with_difficult=bool(param.evaluate_difficult_gt),
            sizes=_sizes(layer, param.name_size_file),
        )
        return found.plain(evaluated([found.to_caffe().tensor, truth.to_caffe().tensor]), 1)

    def figures(
        self, parameter: Any, tops: Sequence[np.ndarray], solver: Any | None
    ) -> Mapping[str, float]:
        """Return the mAP, and each class's AP if the solver says `show_per_class_result`."""
        version = solver.ap_version if solver is not None else "Integral"
        found = average_precisions(tops, version)
        each = {f" class {label}": value for label, value in found.items()}
        shown = each if solver is not None and solver.show_per_class_result else {}
        return {"": float(np.mean(list(found.values()))), **shown}


def _sizes(layer: Layer, name: str) -> list[list[int]]:
    """Return height and width of the images that a file lists: a name and both on each line."""
    if not name:
        return []
    path = layer.find_file(name)
    return [_size(layer, path, number, line) for number, line in _lines(path)]


def _lines(path: Path) -> list[tuple[int, str]]:
    try:
        lines = path.read_text().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise OwltfError(f"{path}: cannot be read: {error}") from error
    return [(number, line) for number, line in enumerate(lines, 1) if line.strip()]


def _size(layer: Layer, path: Path, number: int, line: str) -> list[int]:
    parts = line.rsplit(maxsplit=2)
    if len(parts) != 3 or not all(part.isdigit() and int(part) for part in parts[1:]):
        raise layer.error(f"{path}:{number}: expected a name, a height and a width")
    return [int(part) for part in parts[1:]]
