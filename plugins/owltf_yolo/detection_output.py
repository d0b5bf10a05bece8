"""YoloDetectionOutput and Yolov3DetectionOutput: the boxes that YOLO's maps hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import keras
import numpy as np

from owltf.api import Blob, BoxConverter, FoundBoxes, Layer, OnnxNode
from owltf_yolo.find_boxes import find_boxes, kept_boxes
from owltf_yolo.onnx_boxes import add_boxes
from owltf_yolo.predictions import BY_SIZE, candidates, centered_boxes, corners, split_map


@keras.saving.register_keras_serializable("owltf_yolo")
class YoloBoxes(FoundBoxes):
    """Makes detections of maps (N, anchors * (5 + classes), H, W), as `find_boxes` does."""

    parts = (split_map, centered_boxes, corners, candidates, kept_boxes, find_boxes)


class YoloDetectionOutput(BoxConverter):
    """The boxes of YOLOv2's maps; classes exclude each other, anchors are in cells."""

    caffe_type = "YoloDetectionOutput"
    bottoms = (1, None)

    def check(self, layer: Layer) -> None:
        """Refuse boxes of other than four coordinates."""
        param = layer.parameter.yolo_detection_output_param
        if param.coords != 4:
            raise layer.unsupported(f"coords: {param.coords}")

    def without_effect(self, parameter: Any) -> Mapping[str, str]:
        """Return the fields that change no box."""
        unused = {"side": BY_SIZE, "label_map_file": "boxes have their classes' numbers"}
        given = {field.name for field, _ in parameter.yolo_detection_output_param.ListFields()}
        return {name: reason for name, reason in unused.items() if name in given}

    def options_of(self, parameter: Any, shapes: Sequence[Sequence[int]]) -> dict[str, Any]:
        """Return what `find_boxes` takes.

        Args:
            parameter: the `LayerParameter`.
            shapes: the bottoms' shapes.
        """
        param = parameter.yolo_detection_output_param
        anchors = np.reshape(list(param.biases)[: 2 * param.num_box], (-1, 2))
        sizes = [(anchors / shape[3]).tolist() for shape in shapes]
        least = np.nextafter(np.float32(param.confidence_threshold), np.float32(-1))
        return _options(param, sizes, float(least), softmax=True)

    def build(self, layer: Layer, *bottoms: Blob) -> Blob:
        """Return the detections, (1, 1, rows, 7).

        Raises:
            OwltfError: if the fields do not fit the bottoms.
        """
        try:
            options = self.options_of(layer.parameter, [bottom.shape for bottom in bottoms])
        except (ValueError, IndexError) as error:
            raise layer.error(f"the fields do not fit: {error}") from error
        for bottom, sizes in zip(bottoms, options["sizes"], strict=True):
            wanted = len(sizes) * (5 + options["classes"])
            if not sizes or bottom.rank != 4 or bottom.shape[1] != wanted:
                raise layer.error(
                    f"{len(sizes)} anchors and {options['classes']} classes need {wanted} "
                    f"channels; '{bottom.name}' is {bottom.shape}"
                )
        boxes = layer.keras(YoloBoxes, options=options)
        return bottoms[0].plain(boxes([each.to_caffe().tensor for each in bottoms]), 1)

    def onnx(self, node: OnnxNode) -> None:
        """Write the decoding and NonMaxSuppression."""
        shapes = [node.shape_of(bottom) for bottom in node.bottoms]
        add_boxes(node, self.options_of(node.parameter, shapes), shapes)


class Yolov3DetectionOutput(YoloDetectionOutput):
    """The boxes of YOLOv3's maps, each with anchors of its own, in pixels of the input."""

    caffe_type = "Yolov3DetectionOutput"
    bottoms = (1, None)

    def check(self, layer: Layer) -> None:
        """Refuse boxes that predict how sure they are."""
        if layer.parameter.yolov3_detection_output_param.gaussian_box:
            raise layer.unsupported("gaussian_box: true")

    def options_of(self, parameter: Any, shapes: Sequence[Sequence[int]]) -> dict[str, Any]:
        """Return what `find_boxes` takes.

        Args:
            parameter: the `LayerParameter`.
            shapes: the bottoms' shapes.

        Raises:
            ValueError: if there is not a group of masks and a scale for each bottom.
        """
        param = parameter.yolov3_detection_output_param
        anchors, groups = np.reshape(list(param.biases), (-1, 2)), param.mask_group_num
        if groups != len(shapes) or len(param.anchors_scale) < groups or len(param.mask) % groups:
            raise ValueError(
                f"{len(shapes)} bottoms need as many groups of mask and anchors_scale; got "
                f"mask_group_num {groups}, {len(param.mask)} mask and {len(param.anchors_scale)} "
                "anchors_scale"
            )
        each = len(param.mask) // groups
        sizes = [
            (anchors[list(param.mask[place * each :][: param.num_box])] / (shape[3] * scale))
            for place, (shape, scale) in enumerate(zip(shapes, param.anchors_scale, strict=False))
        ]
        lists = [size.tolist() for size in sizes]
        return _options(param, lists, float(param.confidence_threshold), softmax=False)

    def onnx(self, node: OnnxNode) -> None:
        """Write the decoding and NonMaxSuppression."""
        super().onnx(node)


def _options(param: Any, sizes: Any, threshold: float, *, softmax: bool) -> dict[str, Any]:
    # ONNX and TensorFlow drop boxes that overlap by more than they are told, YOLO by as much too.
    overlap = np.nextafter(np.float32(param.nms_threshold), np.float32(-1))
    return {
        "sizes": sizes,
        "classes": int(param.num_classes),
        "softmax": softmax,
        "threshold": threshold,
        "overlap": float(overlap),
    }
