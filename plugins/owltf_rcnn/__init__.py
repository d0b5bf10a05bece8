"""The layers of Faster R-CNN and R-FCN: regions, their pooling, and losses of the hardest ones.

owltf imports this module with every command, so TensorFlow and Keras are imported inside the
functions, never at the top.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from owltf.api import hookimpl

if TYPE_CHECKING:
    from owltf.api import LayerConverter

# Forks gave the same fields different numbers.
_FORKS = ("rcnn.pb", "rfcn.pb", "caffe_windows.pb")


@hookimpl
def owltf_schema() -> list[Path]:
    """Return the files with the fields of each fork."""
    return [Path(__file__).with_name(name) for name in _FORKS]


@hookimpl
def owltf_layer_converters() -> list[type[LayerConverter]]:
    """Return the converters of the layer types."""
    from owltf_rcnn.box_annotator import BoxAnnotatorOHEM
    from owltf_rcnn.dropout import ScaleTrainDropout
    from owltf_rcnn.proposal import Proposal
    from owltf_rcnn.psroi_pooling import PSROIPooling
    from owltf_rcnn.roi_align import ROIAlign
    from owltf_rcnn.roi_pooling import ROIPooling
    from owltf_rcnn.smooth_l1_loss import SmoothL1Loss, SmoothL1LossOHEM
    from owltf_rcnn.softmax_loss import SoftmaxWithLossOHEM

    return [
        BoxAnnotatorOHEM,
        PSROIPooling,
        Proposal,
        ROIAlign,
        ROIPooling,
        ScaleTrainDropout,
        SmoothL1Loss,
        SmoothL1LossOHEM,
        SoftmaxWithLossOHEM,
    ]
