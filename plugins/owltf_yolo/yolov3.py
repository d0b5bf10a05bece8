"""Yolov3: YOLOv3's loss of boxes, objects and classes of one of its maps."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import tensorflow as tf

from owltf.api import Blob, Layer, LayerConverter
from owltf_yolo.change_squares import squares
from owltf_yolo.predictions import centered_boxes, split_map
from owltf_yolo.region_loss import check_bottoms
from owltf_yolo.truth import Truth, alike, best_overlaps, cells_of, is_last, read_truth


@keras.saving.register_keras_serializable("owltf_yolo")
class Yolov3Map(keras.layers.Layer):
    """The loss of a map (N, A * (5 + classes), H, W) for true boxes (N, T * 5).

    Args:
        options: the fields of `Yolov3Parameter`.
        **kwargs: the arguments of `keras.layers.Layer`.
    """

    def __init__(self, options: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.options = dict(options)
        self.supports_jit = False

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that rebuild the layer."""
        return {**super().get_config(), "options": self.options}

    def call(self, inputs: Any) -> Any:
        """Return the loss."""
        values, labels = inputs
        cells = split_map(values, len(self.options["mask"]), self.options["num_class"])
        change = tf.stop_gradient(self._change(cells, read_truth(labels)))
        gradient = change
        if self.options["use_logic_gradient"]:
            slope = tf.sigmoid(cells) * (1 - tf.sigmoid(cells))
            slope = tf.concat([slope[..., :2], tf.ones_like(slope[..., 2:4]), slope[..., 4:]], -1)
            gradient = change * tf.stop_gradient(slope)
        return squares(cells, change, gradient)

    def _change(self, cells: Any, truth: Truth) -> Any:
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
        where = cells_of(truth, cells.shape[1], cells.shape[2])
        sizes = tf.constant(anchors, tf.float32)
        best = alike(truth.box[..., 2:], sizes)
        of_map = best[..., None] == tf.constant(self.options["mask"])
        counts = truth.is_there & tf.reduce_any(of_map, -1)
        anchor = tf.argmax(of_map, -1, output_type=tf.int32)
        places = tf.concat([where, anchor[..., None]], -1)
        mine = tf.gather_nd(cells, places, batch_dims=1)
        labels = self._labels(truth, places, counts)
        rows = self._rows(mine, truth, where, tf.gather(sizes, best), labels, cells.shape[1:3])
        last = is_last(places, counts)
        image = tf.cast(tf.where(last)[:, :1], tf.int32)
        index = tf.concat([image, tf.boolean_mask(places, last)], -1)
        return tf.tensor_scatter_nd_update(change, index, tf.boolean_mask(rows, last))

    def _labels(self, truth: Truth, places: Any, counts: Any) -> Any:
        """Return the classes of each true box and of those at the same place, (N, T, classes)."""
        same = tf.reduce_all(places[:, :, None] == places[:, None], -1) & counts[:, None]
        own = tf.one_hot(truth.label, self.options["num_class"])
        return tf.reduce_max(tf.where(same[..., None], own[:, None], 0.0), 2)

    def _rows(self, mine: Any, truth: Truth, where: Any, own: Any, labels: Any, size: Any) -> Any:
        """Return the changes of the predictions with a true box, (N, T, 5 + classes)."""
        options = self.options
        scale = options["coord_scale"] * (2 - truth.box[..., 2:3] * truth.box[..., 3:4])
        center = truth.box[..., :2] * [float(size[1]), float(size[0])]
        inside = center - tf.cast(where[..., ::-1], tf.float32)
        moved = (tf.sigmoid(mine[..., :2]) - inside) * scale
        grown = (mine[..., 2:4] - tf.math.log(truth.box[..., 2:] / own)) * scale
        weight = options["object_scale"] if options["use_logic_gradient"] else 1.0
        object_ = (tf.sigmoid(mine[..., 4:5]) - 1) * weight
        classes = (tf.sigmoid(mine[..., 5:]) - labels) * options["class_scale"]
        return tf.concat([moved, grown, object_, classes], -1)


class Yolov3(LayerConverter):
    """YOLOv3's loss of one map's boxes for the true boxes of each image.

    A true box is given to the anchor of its shape, if that is one of the map's. Where several have
    one place, the last one's box counts, and the classes of all.
    """

    caffe_type = "Yolov3"
    bottoms = (2, 2)
    is_loss = True

    def check(self, layer: Layer) -> None:
        """Refuse what Yolov3 does not do here."""
        param = layer.parameter.yolov3_param
        if param.iou_loss != param.MSE:
            raise layer.unsupported("iou_loss other than MSE")
        if param.use_focal_loss:
            raise layer.unsupported("use_focal_loss: true")
        if param.HasField("label_smooth_eps") and param.label_smooth_eps:
            raise layer.unsupported(f"label_smooth_eps: {param.label_smooth_eps:g}")

    def build(self, layer: Layer, bottom: Blob, labels: Blob) -> Blob:
        """Return the loss.

        Raises:
            OwltfError: if the bottoms do not fit the fields.
        """
        param = layer.parameter.yolov3_param
        names = "num_class object_scale class_scale coord_scale thresh anchors_scale "
        options = {name: getattr(param, name) for name in (names + "use_logic_gradient").split()}
        options["mask"], options["biases"] = list(param.mask), list(param.biases)
        if len(param.mask) != param.num or max(param.mask, default=0) >= len(param.biases) // 2:
            raise layer.error(
                f"num: {param.num} needs as many mask, each below {len(param.biases) // 2}, half "
                f"the biases; got {options['mask']}"
            )
        check_bottoms(layer, bottom, labels, int(param.num), int(param.num_class))
        tensors = [bottom.to_caffe().tensor, labels.flatten().tensor]
        return bottom.scalar(layer.keras(Yolov3Map, options=options)(tensors))
