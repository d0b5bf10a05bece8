"""The layers of YOLO's nets: maps reorganized and enlarged, their losses, and their boxes.

owltf imports this module with every command, so TensorFlow and Keras are imported inside the
functions, never at the top.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from owltf.api import hookimpl

if TYPE_CHECKING:
    from owltf.api import LayerConverter


@hookimpl
def owltf_schema() -> list[Path]:
    """Return the file with YOLO's messages."""
    return [Path(__file__).with_name("yolo.pb")]


@hookimpl
def owltf_layer_converters() -> list[type[LayerConverter]]:
    """Return the converters of YOLO's layer types."""
    from owltf_yolo.detection_output import YoloDetectionOutput, Yolov3DetectionOutput
    from owltf_yolo.region_loss import RegionLoss
    from owltf_yolo.reorg import Reorg
    from owltf_yolo.upsample import Upsample
    from owltf_yolo.yolov3 import Yolov3

    return [RegionLoss, Reorg, Upsample, YoloDetectionOutput, Yolov3, Yolov3DetectionOutput]
