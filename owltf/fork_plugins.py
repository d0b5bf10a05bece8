"""Which plugin brings a layer type or a field that only forks of Caffe have."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.util import find_spec

# The types whose own parameter has their name, as Permute and `permute_param`, need no more.
_TYPES = {
    "owltf_ssd": (
        "AnnotatedData Axpy ConvDepthwise ConvolutionDepthwise DepthwiseConvolution "
        "DetectionEvaluate DetectionOutput MultiBoxLoss Normalize Permute PriorBox ReLU6 "
        "ShuffleChannel SmoothL1Loss"
    ),
    "owltf_yolo": ("RegionLoss Reorg Upsample YoloDetectionOutput Yolov3 Yolov3DetectionOutput"),
    "owltf_rcnn": (
        "BoxAnnotatorOHEM PSROIPooling Proposal ROIAlign ROIPooling SmoothL1Loss "
        "SmoothL1LossOHEM SoftmaxWithLossOHEM"
    ),
    "owltf_segmentation": "BN DenseImageData ImageSegData Interp SegAccuracy Upsample",
    "owltf_faces": ("CenterLoss ChannelScale Flip LargeMarginInnerProduct Normalize TripletLoss"),
}
_FIELDS = {
    "owltf_ssd": "norm_param resize_param distort_param expand_param emit_constraint",
    "owltf_rcnn": "scale_train smooth_l1_loss_param",
    "owltf_segmentation": "ceil_mode sample_weights_test label_type scale_factors",
    "owltf_faces": "normalize",
}


def plugins_for(name: str) -> tuple[str, ...]:
    """Return the plugins that are there and bring a layer type or field of a fork."""
    claim = (each for each in _TYPES if _plain(name) in _BROUGHT[each])
    return tuple(each for each in claim if find_spec(each))


def who_brings(names: Iterable[str]) -> str | None:
    """Return a clause such as ``the plugin owltf_ssd brings 'Permute'``, None if none is known.

    Args:
        names: unknown layer types and fields.
    """
    brought: dict[tuple[str, ...], list[str]] = {}
    for name in dict.fromkeys(names):
        if found := plugins_for(name):
            brought.setdefault(found, []).append(repr(name))
    clauses = [_who(plugins, ", ".join(found)) for plugins, found in brought.items()]
    return ", ".join(clauses) or None


def who_brings_it(name: str) -> str | None:
    """Return ``the plugin owltf_ssd brings it`` for a layer type or field, None if none does."""
    return _who(found, "it") if (found := plugins_for(name)) else None


def _who(plugins: tuple[str, ...], what: str) -> str:
    if len(plugins) == 1:
        return f"the plugin {plugins[0]} brings {what}"
    return f"the plugins {' and '.join(plugins)} bring forms of {what}"


def _plain(name: str) -> str:
    """Return `priorbox` for both PriorBox and `prior_box_param`."""
    return name.removesuffix("_param").replace("_", "").lower()


_BROUGHT = {
    plugin: {_plain(name) for name in f"{types} {_FIELDS.get(plugin, '')}".split()}
    for plugin, types in _TYPES.items()
}
