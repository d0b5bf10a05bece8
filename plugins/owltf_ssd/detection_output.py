"""DetectionOutput: the boxes that SSD finds, decoded, suppressed and sorted."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from typing import Any

import keras

from owltf.api import Blob, BoxConverter, FoundBoxes, Layer, OnnxNode
from owltf_ssd.detect import PARTS
from owltf_ssd.onnx_detections import add_detections


@keras.saving.register_keras_serializable("owltf_ssd")
class Detections(FoundBoxes):
    """Makes detections of predictions, scores and priors; the options are those of `detections`."""

    parts = PARTS


class DetectionOutput(BoxConverter):
    """Decodes boxes, drops those that overlap better ones, and keeps the best of each image."""

    caffe_type = "DetectionOutput"
    bottoms = (3, 3)

    def check(self, layer: Layer) -> None:
        """Refuse what DetectionOutput does not do here."""
        param = layer.parameter.detection_output_param
        if param.save_output_param.output_directory:
            raise layer.unsupported("save_output_param with an output_directory")
        if param.visualize:
            raise layer.unsupported("visualize: true")

    def without_effect(self, parameter: Any) -> Mapping[str, str]:
        """Return what is for files and windows that are not asked for."""
        param = parameter.detection_output_param
        unused = dict.fromkeys(("visualize_threshold", "save_file"), "visualize is not true")
        unused["save_output_param"] = "it has no output_directory"
        given = {field.name for field, _ in param.ListFields()}
        return {name: reason for name, reason in unused.items() if name in given}

    def build(self, layer: Layer, *bottoms: Blob) -> Blob:
        """Return the detections, (1, 1, rows, 7).

        Raises:
            OwltfError: if the bottoms do not fit each other.
        """
        loc, conf, priors = bottoms
        options = options_of(layer.parameter.detection_output_param)
        _check(layer, bottoms, options)
        loc, conf = (each.flatten() for each in (loc, conf))
        tensors = [loc.tensor, conf.tensor, priors.to_caffe().tensor]
        return loc.plain(layer.keras(Detections, options=options)(tensors), 1)

    def onnx(self, node: OnnxNode) -> None:
        """Write the decoding, NonMaxSuppression and the choice of the best."""
        options = options_of(node.parameter.detection_output_param)
        if options["eta"] < 1:
            raise node.unsupported(f"nms_param {{ eta: {options['eta']:g} }}")
        add_detections(node, options)


def options_of(param: Any) -> dict[str, Any]:
    """Return a `DetectionOutputParameter` as what `detections` takes."""
    nms, codes = param.nms_param, param.DESCRIPTOR.fields_by_name["code_type"].enum_type
    return {
        "num_classes": int(param.num_classes),
        "background": int(param.background_label_id),
        "top_k": int(nms.top_k) if nms.HasField("top_k") else -1,
        "keep_top_k": int(param.keep_top_k),
        "nms_threshold": float(nms.nms_threshold),
        "eta": float(nms.eta),
        "threshold": _threshold(param),
        "code": str(codes.values_by_number[param.code_type].name),
        "share_location": bool(param.share_location),
        "scaled": bool(param.variance_encoded_in_target),
    }


def _threshold(param: Any) -> float:
    return float(param.confidence_threshold) if param.HasField("confidence_threshold") else -1e30


def _check(layer: Layer, bottoms: Any, options: dict[str, Any]) -> None:
    loc, conf, priors = (prod(each.shape[1:]) for each in bottoms)
    classes, count = options["num_classes"], bottoms[2].shape[-1] // 4
    own = 1 if options["share_location"] else classes
    if classes < 1 or priors != 8 * count:
        raise layer.error("needs num_classes, and priors (1, 2, boxes * 4)")
    if (loc, conf) != (count * own * 4, count * classes):
        raise layer.error(
            f"{count} priors and {classes} classes need {count * own * 4} places and "
            f"{count * classes} scores an image; got {loc} and {conf}"
        )
