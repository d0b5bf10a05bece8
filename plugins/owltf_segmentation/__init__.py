"""The layers of nets that segment images: SegNet, PSPNet and DeepLab.

owltf imports this module with every command, so TensorFlow and Keras are imported inside the
functions, never at the top.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from owltf.api import hookimpl

if TYPE_CHECKING:
    from owltf.api import DataLayer, LayerConverter

# The forks that gave one name to different messages have a file each.
_FORKS = ("segnet.pb", "pspnet.pb", "caffe_windows.pb")


@hookimpl
def owltf_schema() -> list[Path]:
    """Return the files with the messages of each fork."""
    return [Path(__file__).with_name(name) for name in _FORKS]


@hookimpl
def owltf_fork_numbers() -> dict[str, dict[int, int]]:
    """Return the numbers in SegNet's and PSPNet's files that Caffe 1.0 has for other fields."""
    return {
        "BN": {45: 445},
        "DenseImageData": {138: 538},
        "Interp": {143: 543},
        "SegAccuracy": {144: 544},
        "Upsample": {137: 537},
    }


@hookimpl
def owltf_layer_converters() -> list[type[LayerConverter]]:
    """Return the converters of the layer types."""
    from owltf_segmentation.dropout import SampledDropout
    from owltf_segmentation.interp import Interp
    from owltf_segmentation.pooling import CeilModePooling
    from owltf_segmentation.pspnet_bn import PSPNetBN
    from owltf_segmentation.seg_accuracy import SegAccuracy
    from owltf_segmentation.segnet_bn import SegNetBN
    from owltf_segmentation.upsample import Upsample
    from owltf_segmentation.weighted_softmax import WeightedSoftmaxWithLoss

    return [
        CeilModePooling,
        Interp,
        PSPNetBN,
        SampledDropout,
        SegAccuracy,
        SegNetBN,
        Upsample,
        WeightedSoftmaxWithLoss,
    ]


@hookimpl
def owltf_data_layers() -> list[type[DataLayer]]:
    """Return the data layers, whose labels are images too."""
    from owltf_segmentation.dense_image_data import DenseImageData
    from owltf_segmentation.image_seg_data import ImageSegData

    return [DenseImageData, ImageSegData]
