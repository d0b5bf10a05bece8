"""Yolov3: YOLOv3's loss of boxes, objects and classes of one of its maps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from owltf.api import Blob, Layer, LayerConverter
from owltf_yolo.map_loss import MapLoss
from owltf_yolo.predicted_by import Predictions, predicted_by
from owltf_yolo.predictions import BY_SIZE, centered_boxes
from owltf_yolo.region_loss import UNUSED, check_bottoms
from owltf_yolo.truth import Truth, best_overlaps, is_last

_FIELDS = (
    "num",
    "num_class",
    "object_scale",
    "class_scale",
    "coord_scale",
    "thresh",
    "anchors_scale",
    "use_logic_gradient",
    "use_focal_loss",
    "iou_thresh",
    "label_smooth_eps",
)
_OF_OVERLAPS = "it is for an iou_loss other than MSE"


@keras.saving.register_keras_serializable("owltf_yolo")
class Yolov3Map(MapLoss):
    """YOLOv3's loss of a map; the options are the fields of `Yolov3Parameter`."""

    def handed_back(self, cells: Any, change: Any) -> Any:
        """Return the change, times the slope of what is a probability if that is asked for."""
        if not self.options["use_logic_gradient"]:
            return change
        slope = tf.sigmoid(cells) * (1 - tf.sigmoid(cells))
        ones = tf.ones_like(slope[..., 2:4])
        return change * tf.concat([slope[..., :2], ones, slope[..., 4:]], -1)

    def change(self, cells: Any, truth: Truth) -> Any:
        """Return what each prediction is told to change by."""
        options = self.options
        anchors = np.reshape(options["biases"], (-1, 2)) / (
            cells.shape[2] * options["anchors_scale"]
        )
        boxes = centered_boxes(cells, anchors[options["mask"]])
        sure = tf.sigmoid(cells[..., 4:5])
        near = best_overlaps(boxes, truth)[..., None] > options["thresh"]
        nothing = tf.where(near, 0.0, sure)
        rest = (tf.zeros_like(cells[..., :4]), nothing, tf.zeros_like(cells[..., 5:]))
        return self._with_truth(tf.concat(rest, -1), cells, truth, anchors)

    def _with_truth(self, change: Any, cells: Any, truth: Truth, anchors: Any) -> Any:
        given = predicted_by(truth, cells.shape[1:3], anchors, self.options)
        mine = tf.gather_nd(cells, given.places, batch_dims=1)
        own = tf.gather(tf.constant(anchors, tf.float32), given.anchor)
        boxes = tf.gather(truth.box, given.box, axis=1)
        labels = tf.gather(truth.label, given.box, axis=1)
        classes = self._classes(tf.sigmoid(mine[..., 5:]), labels, given)
        rows = self._rows(mine, boxes, given.places, own, classes, cells.shape[1:3])
        last = is_last(given.places, given.counts)
        image = tf.cast(tf.where(last)[:, :1], tf.int32)
        index = tf.concat([image, tf.boolean_mask(given.places, last)], -1)
        return tf.tensor_scatter_nd_update(change, index, tf.boolean_mask(rows, last))

    def _classes(self, sure: Any, labels: Any, given: Predictions) -> Any:
        """Return the changes of the classes, (N, E, classes), of all true boxes at one place."""
        options = self.options
        same = given.same_places()
        own = tf.one_hot(labels, options["num_class"])
        smoothed = 1 - options["label_smooth_eps"], options["label_smooth_eps"] / 2
        there = tf.minimum(tf.matmul(tf.cast(same, tf.float32), own), 1)
        change = sure - (there * smoothed[0] + smoothed[1])
        if options["use_focal_loss"]:
            first = tf.argmax(tf.cast(same, tf.int32), 2, output_type=tf.int32)
            after = same & (tf.range(tf.shape(same)[1]) > first[..., None])
            later = tf.matmul(tf.cast(after, tf.float32), own) > 0
            change = tf.where(later, change, _focal(sure, tf.gather(own, first, batch_dims=1)))
        return change * options["class_scale"]

    def _rows(
        self, mine: Any, boxes: Any, places: Any, own: Any, classes: Any, size: tuple[int, int]
    ) -> Any:
        """Return the changes of the predictions with a true box, (N, E, 5 + classes)."""
        options = self.options
        scale = options["coord_scale"] * (2 - boxes[..., 2:3] * boxes[..., 3:4])
        center = boxes[..., :2] * [float(size[1]), float(size[0])]
        inside = center - tf.cast(places[..., 1::-1], tf.float32)
        moved = (tf.sigmoid(mine[..., :2]) - inside) * scale
        grown = (mine[..., 2:4] - tf.math.log(boxes[..., 2:] / own)) * scale
        weight = options["object_scale"] if options["use_logic_gradient"] else 1.0
        object_ = (tf.sigmoid(mine[..., 4:5]) - 1) * weight
        return tf.concat([moved, grown, object_, classes], -1)


def _focal(sure: Any, own: Any) -> Any:
    """Return the changes of classes, weighed by how unsure the true one is, as Darknet does."""
    true = tf.reduce_sum(sure * own, -1, keepdims=True) + 1e-15
    weight = -0.5 * (1 - true) * (2 * true * tf.math.log(true) + true - 1)
    return (sure - own) * weight


class Yolov3(LayerConverter):
    """YOLOv3's loss of one map's boxes for the true boxes of each image, as MobileNet-YOLO's last.

    A true box is predicted by the anchor of its shape, if that is one of the map's, and by those of
    the map's anchors that overlap it by more than `iou_thresh`. Where several have one place, the
    last one's box counts, and the classes of all.
    """

    caffe_type = "Yolov3"
    bottoms = (2, 2)
    is_loss = True

    def check(self, layer: Layer) -> None:
        """Refuse what Yolov3 does not do here."""
        param = layer.parameter.yolov3_param
        if param.iou_loss != param.MSE:
            raise layer.unsupported("iou_loss other than MSE")

    def without_effect(self, parameter: Any) -> Mapping[str, str]:
        """Return the fields that MobileNet-YOLO does not use, or not together with others."""
        param = parameter.yolov3_param
        unused = dict.fromkeys(("accumulate", "iou_normalizer", "max_delta"), _OF_OVERLAPS)
        unused |= {"noobject_scale": UNUSED, "side": BY_SIZE}
        if not param.use_logic_gradient:
            unused["object_scale"] = "MobileNet-YOLO uses it with use_logic_gradient: true alone"
        given = {field.name for field, _ in param.ListFields()}
        return {name: reason for name, reason in unused.items() if name in given}

    def build(self, layer: Layer, bottom: Blob, labels: Blob) -> Blob:
        """Return the loss.

        Raises:
            OwltfError: if the bottoms do not fit the fields.
        """
        param = layer.parameter.yolov3_param
        options = {name: getattr(param, name) for name in _FIELDS}
        options["mask"], options["biases"] = list(param.mask), list(param.biases)
        if len(param.mask) != param.num or max(param.mask, default=0) >= len(param.biases) // 2:
            raise layer.error(
                f"num: {param.num} needs as many mask, each below {len(param.biases) // 2}, half "
                f"the biases; got {options['mask']}"
            )
        check_bottoms(layer, bottom, labels, int(param.num), int(param.num_class))
        tensors = [bottom.to_caffe().tensor, labels.flatten().tensor]
        return bottom.scalar(layer.keras(Yolov3Map, options=options)(tensors))
