"""RegionLoss: YOLOv2's loss of boxes, objects and classes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from owltf.api import Blob, Layer, LayerConverter, current_step
from owltf_yolo.map_loss import MapLoss
from owltf_yolo.predictions import BY_SIZE, centered_boxes
from owltf_yolo.truth import Truth, alike, best_overlaps, cells_of, is_last, overlaps

UNUSED = "MobileNet-YOLO has the field and computes nothing by it"
# For so many images at the start of a run all boxes are drawn to their anchors, by this weight.
_FIRST_IMAGES, _FIRST_SCALE = 12800, 0.01


@keras.saving.register_keras_serializable("owltf_yolo")
class Region(MapLoss):
    """YOLOv2's loss of a map; the options are the fields of `RegionLossParameter`."""

    def change(self, cells: Any, truth: Truth) -> Any:
        """Return what each prediction is told to change by."""
        options = self.options
        height, width = cells.shape[1], cells.shape[2]
        anchors = np.reshape(options["biases"], (-1, 2)) / [width, height]
        boxes = centered_boxes(cells, anchors)
        sure = tf.sigmoid(cells[..., 4])
        nothing = options["noobject_scale"] * sure * sure * (1 - sure)
        nothing = tf.where(best_overlaps(boxes, truth) > options["thresh"], 0.0, nothing)
        change = tf.concat(
            [self._at_start(cells), nothing[..., None], tf.zeros_like(cells[..., 5:])], -1
        )
        return self._with_truth(change, cells, boxes, truth, anchors)

    def _at_start(self, cells: Any) -> Any:
        """Return the changes that draw boxes to the middle of their cells and to their anchors."""
        step, images = current_step(), cells.shape[0] or 1
        if step is not None and step.batch:
            images = step.batch
        done = tf.cast(step.number, tf.int32) if step is not None else tf.constant(0)
        is_early = tf.cast(done < _FIRST_IMAGES // images, tf.float32)
        place = tf.sigmoid(cells[..., :2])
        moved = (place - 0.5) * place * (1 - place)
        return tf.concat([moved, cells[..., 2:4]], -1) * _FIRST_SCALE * is_early

    def _with_truth(self, change: Any, cells: Any, boxes: Any, truth: Truth, anchors: Any) -> Any:
        height, width = cells.shape[1], cells.shape[2]
        where = cells_of(truth, height, width)
        sizes = tf.constant(anchors, tf.float32)
        if not self.options["bias_match"]:
            sizes = tf.gather_nd(boxes[..., 2:], where, batch_dims=1)
        anchor = alike(truth.box[..., 2:], sizes)
        places = tf.concat([where, anchor[..., None]], -1)
        mine = tf.gather_nd(cells, places, batch_dims=1)
        iou = overlaps(tf.gather_nd(boxes, places, batch_dims=1), truth.box)
        own = tf.gather(tf.constant(anchors, tf.float32), anchor)
        rows = self._rows(mine, iou, truth, where, own, (height, width))
        last = is_last(places, truth.is_there)
        image = tf.where(last)[:, :1]
        index = tf.concat([tf.cast(image, tf.int32), tf.boolean_mask(places, last)], -1)
        return tf.tensor_scatter_nd_update(change, index, tf.boolean_mask(rows, last))

    def _rows(
        self, mine: Any, iou: Any, truth: Truth, where: Any, own: Any, size: tuple[int, int]
    ) -> Any:
        """Return the changes of the predictions with a true box, (N, T, 5 + classes)."""
        options = self.options
        scale = options["coord_scale"]
        if not options["rescore"]:
            scale = scale * (2 - truth.box[..., 2:3] * truth.box[..., 3:4])
        place, sure = tf.sigmoid(mine[..., :2]), tf.sigmoid(mine[..., 4])
        center = truth.box[..., :2] * [float(size[1]), float(size[0])]
        inside = center - tf.cast(where[..., ::-1], tf.float32)
        moved = (place - inside) * place * (1 - place) * scale
        grown = (mine[..., 2:4] - tf.math.log(truth.box[..., 2:] / own)) * scale
        wanted = iou if options["rescore"] else tf.ones_like(iou)
        object_ = options["object_scale"] * (sure - wanted) * sure * (1 - sure)
        classes = tf.nn.softmax(mine[..., 5:]) - tf.one_hot(truth.label, options["num_class"])
        return tf.concat([moved, grown, object_[..., None], classes * options["class_scale"]], -1)


class RegionLoss(LayerConverter):
    """YOLOv2's loss of its map's boxes for the true boxes of each image."""

    caffe_type = "RegionLoss"
    bottoms = (2, 2)
    is_loss = True

    def check(self, layer: Layer) -> None:
        """Refuse what RegionLoss does not do here."""
        param = layer.parameter.region_loss_param
        for name in ("softmax_tree", "class_map"):
            if getattr(param, name):
                raise layer.unsupported(name)
        if not param.softmax:
            raise layer.unsupported("softmax: 0")
        if param.coords != 4:
            raise layer.unsupported(f"coords: {param.coords}")

    def without_effect(self, parameter: Any) -> Mapping[str, str]:
        """Return the fields that MobileNet-YOLO only reads."""
        unused = dict.fromkeys(("absolute", "jitter", "random"), UNUSED) | {"side": BY_SIZE}
        given = {field.name for field, _ in parameter.region_loss_param.ListFields()}
        return {name: reason for name, reason in unused.items() if name in given}

    def build(self, layer: Layer, bottom: Blob, labels: Blob) -> Blob:
        """Return the loss.

        Raises:
            OwltfError: if the bottoms do not fit the fields.
        """
        param = layer.parameter.region_loss_param
        names = "num num_class bias_match rescore object_scale noobject_scale class_scale "
        options = {name: getattr(param, name) for name in (names + "coord_scale thresh").split()}
        options["biases"] = list(param.biases)
        check_bottoms(layer, bottom, labels, int(param.num), int(param.num_class))
        if len(param.biases) != 2 * param.num:
            raise layer.error(f"num: {param.num} needs {2 * param.num} biases")
        tensors = [bottom.to_caffe().tensor, labels.flatten().tensor]
        return bottom.scalar(layer.keras(Region, options=options)(tensors))


def check_bottoms(layer: Layer, bottom: Blob, labels: Blob, anchors: int, classes: int) -> None:
    """Refuse a map or true boxes of a wrong shape.

    Raises:
        OwltfError: by `layer.error`.
    """
    wanted = anchors * (5 + classes)
    if bottom.rank != 4 or bottom.shape[1] != wanted:
        raise layer.error(
            f"{anchors} anchors and {classes} classes need {wanted} channels; got {bottom.shape}"
        )
    if labels.rank < 2 or np.prod(labels.shape[1:]) % 5 or labels.shape[0] != bottom.shape[0]:
        raise layer.error(f"needs true boxes (N, boxes * 5); got {labels.shape}")
